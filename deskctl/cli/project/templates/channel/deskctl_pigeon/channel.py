"""The open channel: read message files, write reply files."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from deskctl.plugins import ChannelContext, Envelope, Health, OutboundMessage, Part, Receipt, TryLater, Unavailable

from .config import PigeonConfig


class PigeonChannel:
    """The channel. It removes a file from the inbox only after the message is in the desk's journal."""

    def __init__(self, config: PigeonConfig, context: ChannelContext) -> None:
        self._config = config
        self._context = context

    async def receive(self) -> None:
        while True:
            for path in await asyncio.to_thread(self._files):
                await self._deliver(path)
            await asyncio.sleep(self._config.poll.total_seconds())

    async def send(self, message: OutboundMessage) -> Receipt:
        path = await asyncio.to_thread(self._write, message)
        return Receipt(f"written to {path}")

    async def check(self) -> Health:
        return Health(tuple(await asyncio.to_thread(lambda: list(self._parts()))))

    async def aclose(self) -> None:
        """Do nothing: the channel keeps no connections."""

    async def _deliver(self, path: Path) -> None:
        """Deliver a file, then remove it. After a crash in between, the file is delivered again with the same key."""
        try:
            raw = await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            return  # the sender removed it
        except OSError as error:
            hint = "Give the desk's user read access."
            raise Unavailable(f"cannot read {path}: {error.strerror}", hint) from None
        key = hashlib.sha256(path.name.encode() + b"\0" + raw).hexdigest()
        envelope = Envelope(via="pigeon", received_at=self._context.now())
        await self._context.deliver(raw, key, envelope)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    def _files(self) -> list[Path]:
        try:
            self._config.inbox.mkdir(parents=True, exist_ok=True)
            return sorted(path for path in self._config.inbox.glob("*.json") if not path.name.startswith("."))
        except OSError as error:
            raise Unavailable(f"cannot read {self._config.inbox}: {error.strerror}") from None

    def _write(self, message: OutboundMessage) -> Path:
        """Write the reply atomically, so that the result of sending is never uncertain."""
        path = self._config.outbox / f"{message.outbox_id}.json"
        part = path.with_suffix(".part")
        try:
            self._config.outbox.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(_reply(message))
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        except OSError as error:
            raise TryLater(f"cannot write {path}: {error.strerror}") from None
        return path

    def _parts(self) -> Iterator[Part]:
        for name, folder in (("inbox", self._config.inbox), ("outbox", self._config.outbox)):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                usable = os.access(folder, os.R_OK | os.W_OK | os.X_OK)
            except OSError as error:
                yield Part(name, False, f"{folder}: {error.strerror}", f"Create {folder} for the desk's user.")
                continue
            hint = "" if usable else f"Give the desk's user read and write access to {folder}."
            yield Part(name, usable, str(folder), hint)


def _reply(message: OutboundMessage) -> bytes:
    fields = {
        "id": message.message_id,
        "to": list(message.to),
        "subject": message.subject,
        "text": message.text,
        "ticket": message.ticket,
        "in_reply_to": message.in_reply_to,
    }
    return json.dumps(fields, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"
