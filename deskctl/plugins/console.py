"""The built-in channel type `console`: messages are files in a folder, replies are lines in a file.

It is for scripts and cron jobs on the same machine, and it is the shortest example of a complete channel.

    [channels.ops]
    type = "console"
    inbox = "ops/in"             # each file is one message; move it in under its final name
    answers = "ops/out.jsonl"    # each reply is one line of JSON

A message is text. It may begin with a block of headers that ends with an empty line:

    From: backup@host
    Subject: Backup failed
    Message-ID: <run-81@host>

    No space left on device.

A further message of the same sender is added to the sender's latest ticket. `Intent: new` creates another ticket. The
intents `status`, `help`, `person`, `link CODE` and, with In-Reply-To, `choice KEY` are requests to the desk.
`Edits: <run-81@host>` replaces the text of the message with that id.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Final

from ..dataclass import dataclass
from ..i18n import _
from ..normalization import normalize
from . import (
    Automatic,
    Capabilities,
    Channel,
    ChannelContext,
    ChannelType,
    Envelope,
    Health,
    InboundMessage,
    Intent,
    IntentKind,
    Invalid,
    OutboundMessage,
    Part,
    Receipt,
    TryLater,
    Unavailable,
    Uncertain,
    hookimpl,
)

HEADERS: Final = ("from", "name", "subject", "message-id", "in-reply-to", "auto-submitted", "intent", "edits")
_HEADER = re.compile(r"([A-Za-z-]+):[ \t]*(.*)")
_ID = re.compile(r"<[^<>\s]+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleConfig:
    """The keys of a console channel. `poll`: the interval between checks of the folder."""

    inbox: Path
    answers: Path
    poll: timedelta = timedelta(seconds=2)

    def __post_init__(self) -> None:
        if self.poll < timedelta(milliseconds=10):
            raise Invalid(_("must be at least 10 ms"), key="poll")


def parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    """Parse any bytes as a message. Bytes that are not UTF-8 are replaced and reported in `problems`."""
    text = normalize("NFC", raw.decode("utf-8", "replace").replace("\0", "\ufffd"))
    problems = ("it is not UTF-8 text",) if "\ufffd" in text else ()
    headers, body = _split(text.replace("\r\n", "\n").replace("\r", "\n"))
    body = body.strip("\n")
    sender = headers.get("from") or envelope.sender or None
    subject = headers.get("subject") or next((line.strip()[:78] for line in body.splitlines() if line.strip()), "")
    auto = headers.get("auto-submitted", "no").lower() != "no"
    return InboundMessage(
        sender=sender,
        sender_name=headers.get("name") or None,
        subject=subject,
        text=body,
        visible_text=body,
        digest=hashlib.sha256("\0".join((sender or "", subject, body)).encode()).hexdigest(),
        message_id=next(iter(_ID.findall(headers.get("message-id", ""))), None),
        in_reply_to=tuple(_ID.findall(headers.get("in-reply-to", ""))),
        automatic=Automatic(auto, "Auto-Submitted" if auto else ""),
        intent=_intent(headers.get("intent", "")),
        edits=next(iter(_ID.findall(headers.get("edits", ""))), None),
        problems=problems,
    )


def _intent(words: str) -> Intent | None:
    """Return the intent of a header, None for unknown ones: the message is then an ordinary message."""
    kind, _space, argument = words.partition(" ")
    known = {intent.value: intent for intent in IntentKind}
    return Intent(known[kind.lower()], argument.strip()) if kind.lower() in known else None


def _split(text: str) -> tuple[dict[str, str], str]:
    """Split a text into headers and body. There are headers only if the text begins with a block of known ones."""
    head, empty, body = text.partition("\n\n")
    if not empty:
        head, body = text.rstrip("\n"), ""
    headers = {}
    for line in head.split("\n"):
        match = _HEADER.fullmatch(line)
        if match is None or match[1].lower() not in HEADERS:
            return {}, text
        headers[match[1].lower()] = " ".join(match[2].split())
    return headers, body


class ConsoleChannel:
    """Reads files from the inbox, oldest first, and removes each file after it is in the journal."""

    def __init__(self, config: ConsoleConfig, context: ChannelContext) -> None:
        self._config = config
        self._context = context

    async def receive(self) -> None:
        while True:
            for path in await asyncio.to_thread(self._waiting):
                await self._take(path)
            await asyncio.sleep(self._config.poll.total_seconds())

    async def send(self, message: OutboundMessage) -> Receipt:
        line = json.dumps(_answer(message), ensure_ascii=False) + "\n"
        await asyncio.to_thread(self._append, line.encode("utf-8", "replace"))
        return Receipt(f"appended to {self._config.answers}")

    async def check(self) -> Health:
        return await asyncio.to_thread(self._check)

    async def aclose(self) -> None:
        """Do nothing: no file stays open."""

    async def _take(self, path: Path) -> None:
        try:
            status, raw = await asyncio.to_thread(lambda: (path.stat(), path.read_bytes()))
        except FileNotFoundError:
            return  # the file was removed meanwhile
        except OSError as error:
            what = _("cannot read {path}: {reason}", path=path, reason=error.strerror)
            raise Unavailable(what, _("give the daemon's user read access")) from None
        # The same file is the same message. The same text in another file is another message.
        identity = f"{path.name}\0{status.st_ino}\0{status.st_mtime_ns}\0".encode()
        key = hashlib.sha256(identity + raw).hexdigest()
        envelope = Envelope(via="console", received_at=self._context.now(), sender="console")
        await self._context.deliver(raw, key, envelope)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    def _waiting(self) -> list[Path]:
        """Return the complete files. Hidden files and `.part` files are incomplete. Creates the folder if necessary."""
        try:
            self._config.inbox.mkdir(parents=True, exist_ok=True)
            with os.scandir(self._config.inbox) as entries:
                files = [entry for entry in entries if entry.is_file() and _whole(entry.name)]
            return [Path(entry.path) for entry in sorted(files, key=lambda e: (e.stat().st_mtime_ns, e.name))]
        except FileNotFoundError:
            return []  # a file was removed meanwhile; the next check finds the others
        except OSError as error:
            what = _("cannot read {path}: {reason}", path=self._config.inbox, reason=error.strerror)
            raise Unavailable(what) from None

    def _append(self, line: bytes) -> None:
        """Append a line with one write, and sync it to disk."""
        try:
            self._config.answers.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._config.answers, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise TryLater(f"cannot write {self._config.answers}: {error.strerror}") from None
        try:
            before = os.fstat(file).st_size
            try:
                written = os.write(file, line)
            except OSError as error:
                raise TryLater(f"cannot write {self._config.answers}: {error.strerror}") from None
            if written != len(line):
                os.ftruncate(file, before)
                raise TryLater(_("the disk of {path} is full", path=self._config.answers))
            try:
                os.fsync(file)
            except OSError as error:
                raise Uncertain(f"{self._config.answers} may not be on disk: {error.strerror}") from None
        finally:
            os.close(file)

    def _check(self) -> Health:
        return Health(tuple(self._parts()))

    def _parts(self) -> Iterator[Part]:
        for name, folder in (("inbox", self._config.inbox), ("answers", self._config.answers.parent)):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                usable = os.access(folder, os.R_OK | os.W_OK | os.X_OK)
            except OSError as error:
                yield Part(name, False, f"{folder}: {error.strerror}", f"create {folder} for the daemon's user")
                continue
            hint = "" if usable else f"give the daemon's user read and write access to {folder}"
            yield Part(name, usable, str(folder), hint)


def _whole(name: str) -> bool:
    return not name.startswith(".") and not name.endswith((".part", ".tmp", "~"))


def _answer(message: OutboundMessage) -> dict[str, object]:
    return {
        "message_id": message.message_id,
        "in_reply_to": message.in_reply_to,
        "ticket": message.ticket,
        "to": list(message.to),
        "subject": message.subject,
        "date": message.date.astimezone(UTC).isoformat().replace("+00:00", "Z") if message.date else None,
        "text": message.text,
        "automatic": message.automatic,
        "choices": [{"key": choice.key, "label": choice.label} for choice in message.choices],
        "files": [{"filename": f.filename, "size": f.size, "sha256": f.sha256} for f in message.files],
    }


def _open(config: ConsoleConfig, context: ChannelContext) -> Channel:
    return ConsoleChannel(config, context)


@hookimpl
def deskctl_channels() -> Iterable[ChannelType]:
    return (
        ChannelType(
            kind="console",
            config=ConsoleConfig,
            open=_open,
            parse=parse,
            capabilities=Capabilities(conversational=True, choices=True),
            description="receives files from a folder and appends replies to a file",
        ),
    )
