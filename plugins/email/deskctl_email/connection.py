"""A connection to one folder of an IMAP server, in the few words that reading a mailbox needs.

Blocking; everything waits at most `READ_SECONDS` for the server. `abort` may be called from another thread.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import ssl
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from imapclient import DELETED, SEEN

from deskctl.plugins import AuthFailed, Unavailable
from deskctl.plugins.faultpoints import exchange

from . import login
from .config import Imap
from .login import READ_SECONDS, Lost, Refusal
from .tokens import Tokens

#: RFC 2177 asks for a new IDLE every 29 minutes; routers forget a silent connection much sooner.
IDLE_SECONDS: Final = 240
#: UIDs asked for at once: an answer has one line for all, and imaplib reads no line above 1 MB.
SEARCH_BLOCK: Final = 20_000
#: The keyword that says "in the journal", where the server lets us make one.
TAKEN: Final = b"$DeskctlTaken"


@dataclass(frozen=True, slots=True)
class Folder:
    """What SELECT said. `keywords`: flags of our own are kept; `writable`: flags are kept at all."""

    uidvalidity: int
    uidnext: int
    keywords: bool
    writable: bool


class Connection:
    """Logged in, with the folder selected."""

    def __init__(self, imap: Imap, tokens: Tokens | None = None, folder: str | bool | None = None) -> None:
        """`tokens` log in instead of a password. `folder`: another than the configured one, created if it is missing;
        True is the one that the server keeps for sent mail.

        Raises AuthFailed, Unavailable, OSError, Lost or Refusal.
        """
        self._imap = imap
        token = tokens.access() if tokens is not None else None
        with exchange("imap.connect"):
            self._client = login.connect(imap)
        try:
            with exchange("imap.login"):
                if tokens is None or token is None:
                    login.with_password(self._client, imap)
                else:
                    self._let_in(tokens, token)
            self.name = imap.folder
            if folder is not None:
                with exchange("imap.sent_folder"):
                    self.name = self._another(folder)
            with exchange("imap.select"):
                self.folder = self._select()
        except BaseException:
            self.close()
            raise

    def _let_in(self, tokens: Tokens, token: str) -> None:
        try:
            login.with_token(self._client, self._imap, token, tokens.hint)
        except AuthFailed:
            # It may have been withdrawn before its time: one new token, on a new line.
            fresh = tokens.access(refused=token)
            self.close()
            self._client = login.connect(self._imap)
            login.with_token(self._client, self._imap, fresh, tokens.hint)

    def _another(self, folder: str | bool) -> str:
        if folder is True:
            found = self._client.find_special_folder(b"\\Sent")
            if found is None:
                raise Unavailable("the server names no folder for sent mail", 'Name it: sent = "Sent".')
            return str(found)
        name = str(folder)
        if not self._client.folder_exists(name):
            self._client.create_folder(name)
        return name

    @property
    def idles(self) -> bool:
        return self._imap.idle and self._client.has_capability("IDLE")

    @property
    def moves(self) -> bool:
        """Whether MOVE is one step here."""
        return bool(self._client.has_capability("MOVE"))

    def uids_from(self, first: int) -> Iterator[list[int]]:
        """The UIDs from `first` on, ascending, in blocks that are not empty."""
        low = first
        block = max(SEARCH_BLOCK, (self.folder.uidnext - first) // 100)
        while low + block < self.folder.uidnext:
            yield from self._found(f"{low}:{low + block - 1}", low)
            low += block
        # `*` is the newest mail, whatever its UID.
        yield from self._found(f"{low}:*", low)

    def uids_since(self, moment: datetime) -> list[int]:
        """The UIDs of mail that came into the folder at `moment` or later and does not carry our keyword."""
        day = (moment.astimezone(UTC) - timedelta(days=1)).date()  # the server's days are in a zone of its own
        newer: list[int] = []
        with exchange("imap.compare"):
            since = sorted(self._client.search(["SINCE", day, "UNKEYWORD", TAKEN]))
        for part in _parts(since, 500):
            with exchange("imap.dates"):
                dates = self._client.fetch(part, ["INTERNALDATE"])
            for uid, fields in dates.items():
                came = fields.get(b"INTERNALDATE")
                if uid < self.folder.uidnext and (came is None or came >= moment):
                    newer.append(uid)
        return sorted(newer)

    def between(self, low: int, high: int) -> list[int]:
        """The UIDs that exist from `low` up to, not including, `high`."""
        with exchange("imap.between"):
            found = self._client.search(["UID", f"{low}:{high - 1}"])
        return sorted(uid for uid in found if low <= uid < high)

    def announced(self) -> bool:
        """Whether the server told of new mail, in passing, since this was last asked. It tells everything once:
        what came along with the answer to another command is not told again by IDLE."""
        return bool(self._client._imap.response("EXISTS")[1] != [None])

    def existing(self, uids: Sequence[int]) -> set[int]:
        """Which of these are still there."""
        found: set[int] = set()
        for part in _parts(uids, 500):
            with exchange("imap.existing"):
                found.update(self._client.search(["UID", ",".join(map(str, part))]))
        return found.intersection(uids)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Bytes by UID, for those that are still there."""
        with exchange("imap.sizes"):
            return self._values(uids, "RFC822.SIZE")

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Whole mails by UID; nothing is marked as seen."""
        with exchange("imap.fetch"):
            return self._values(uids, "BODY[]", "BODY.PEEK[]")

    def headers(self, uids: Sequence[int]) -> dict[int, bytes]:
        with exchange("imap.headers"):
            return self._values(uids, "BODY[HEADER]", "BODY.PEEK[HEADER]")

    def flag(self, uids: Sequence[int]) -> None:
        if self.folder.writable:
            with exchange("imap.flag"):
                self._client.add_flags(uids, [SEEN, TAKEN] if self.folder.keywords else [SEEN], silent=True)

    def move(self, uids: Sequence[int], target: str) -> None:
        """Into `target`, which is made if it is missing."""
        copy = self._client.move if self.moves else self._client.copy
        try:
            with exchange("imap.move"):
                copy(uids, target)
        except Lost:
            raise
        except Refusal:
            with exchange("imap.create"):
                self._client.create_folder(target)
            copy(uids, target)
        if not self.moves:
            self.delete(uids)

    def delete(self, uids: Sequence[int]) -> None:
        """Without UIDPLUS the mail is only marked: EXPUNGE alone would take other people's deleted mail along."""
        with exchange("imap.mark_deleted"):
            self._client.add_flags(uids, [DELETED], silent=True)
        if self._client.has_capability("UIDPLUS"):
            with exchange("imap.expunge"):
                self._client.uid_expunge(uids)

    def with_message_id(self, message_id: str) -> list[int]:
        """The UIDs of mail with this Message-ID."""
        with exchange("imap.known"):
            return list(self._client.search(["HEADER", "Message-ID", message_id]))

    def append(self, raw: bytes, moment: datetime) -> None:
        """A mail of our own into this folder, as one that was read."""
        with exchange("imap.append"):
            self._client.append(self.name, raw, [SEEN], moment)

    def arrived(self, first: datetime, below: int) -> list[int]:
        """The UIDs under `below` of mail that came into the folder at `first` or later."""
        day = first.astimezone(UTC).date()
        found: list[int] = []
        for low in range(1, below, SEARCH_BLOCK):
            among = f"{low}:{min(low + SEARCH_BLOCK, below) - 1}"
            # The server's days are in a zone of its own: around the first day each mail is asked for its moment.
            with exchange("imap.arrived"):
                sure = set(self._client.search(["UID", among, "SINCE", day + timedelta(days=2)]))
                maybe = set(self._client.search(["UID", among, "SINCE", day - timedelta(days=1)])) - sure
            dates = self.dates(sorted(maybe))
            found += [uid for uid in sure | maybe if uid < below and (uid in sure or dates.get(uid, first) >= first)]
        return sorted(found)

    def dates(self, uids: Sequence[int]) -> dict[int, datetime]:
        """When these came into the folder, aware."""
        came: dict[int, datetime] = {}
        for part in _parts(uids, 500):
            with exchange("imap.moments"):
                fetched = self._client.fetch(part, ["INTERNALDATE"])
            for uid, fields in fetched.items():
                moment = fields.get(b"INTERNALDATE")
                if isinstance(moment, datetime):
                    came[uid] = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return came

    def taken(self, uids: Sequence[int]) -> set[int]:
        """Which of these carry our keyword."""
        return {
            uid
            for part in _parts(uids, 500)
            for uid, fields in self._client.fetch(part, ["FLAGS"]).items()
            if TAKEN in fields.get(b"FLAGS", ())
        }

    def wait(self) -> None:
        """Until the server says that something is new, but not longer than `IDLE_SECONDS`."""
        try:
            with exchange("imap.idle"):
                self._client.idle()
        except Lost:
            raise
        except Refusal as error:  # it answered something else: where the conversation stands is not known any more
            raise Lost(f"IDLE failed: {error}") from error
        if not self._has_read_ahead():
            self._client.idle_check(timeout=IDLE_SECONDS)
        with exchange("imap.idle_done"):
            self._client.idle_done()

    def nod(self) -> None:
        """Ask for news (NOOP); raises when the line is dead."""
        with exchange("imap.noop"):
            self._client.noop()

    def abort(self) -> None:
        """Cut the line under whatever waits on it."""
        # A copy of the descriptor, so that a TLS wrapper in use elsewhere is not touched.
        with (
            contextlib.suppress(OSError, AttributeError),
            socket.socket(fileno=os.dup(self._client.socket().fileno())) as line,
        ):
            line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Say goodbye, if anybody listens."""
        with contextlib.suppress(OSError, Refusal, AttributeError):
            self._client.socket().settimeout(2)
            with exchange("imap.logout"):
                self._client.logout()
            return
        with contextlib.suppress(OSError, Refusal, AttributeError):
            self._client.shutdown()

    def _select(self) -> Folder:
        said = self._client.select_folder(self.name)
        if b"UIDVALIDITY" not in said:
            raise Unavailable(f"the server gives the folder {self.name} no UIDVALIDITY")
        uidnext = said.get(b"UIDNEXT")
        if uidnext is None:
            uidnext = max(self._client.search(["UID", "*"]), default=0) + 1
        flags = said.get(b"PERMANENTFLAGS", ())
        writable = b"READ-ONLY" not in said
        return Folder(int(said[b"UIDVALIDITY"]), int(uidnext), b"\\*" in flags or TAKEN in flags, writable)

    def _found(self, uids: str, low: int) -> Iterator[list[int]]:
        with exchange("imap.search"):
            found = sorted({uid for uid in self._client.search(["UID", uids]) if uid >= low})
        if found:
            yield found

    def _values(self, uids: Sequence[int], name: str, asked: str = "") -> dict[int, Any]:
        answers = self._client.fetch(uids, [asked or name])
        wanted = name.encode("ascii")
        return {uid: fields[wanted] for uid, fields in answers.items() if fields.get(wanted) is not None}

    def _has_read_ahead(self) -> bool:
        """Whether news came in one piece with the answer to IDLE: then the socket stays silent about it."""
        line = self._client.socket()
        if isinstance(line, ssl.SSLSocket) and line.pending():
            return True
        if select.select([line], [], [], 0)[0]:
            return True
        reader = getattr(self._client._imap, "_file", None) or self._client._imap.file
        line.setblocking(False)
        try:
            return bool(reader.peek(1))
        except OSError:
            return False
        finally:
            line.settimeout(READ_SECONDS)


def _parts(uids: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (uids[i : i + size] for i in range(0, len(uids), size))
