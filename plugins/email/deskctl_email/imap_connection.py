"""A connection to one folder of an IMAP server, with the operations that a channel needs.

Blocking; each operation waits at most `READ_SECONDS` for the server. `abort` may be called from another thread.
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

from . import imap_login
from .config import Imap
from .imap_login import READ_SECONDS, ConnectionLost, ServerRefusal
from .messages import _
from .oauth_tokens import AccessTokens

#: RFC 2177 requires a new IDLE every 29 minutes; routers drop an idle connection much sooner.
IDLE_SECONDS: Final = 240
#: UIDs per search: the response is one line, and imaplib reads no line longer than 1 MB.
SEARCH_BLOCK: Final = 20_000
#: The keyword that marks journalled mail, on servers that allow custom keywords.
TAKEN: Final = b"$DeskctlTaken"


@dataclass(frozen=True, slots=True)
class Folder:
    """The result of SELECT. `keywords`: the server stores custom flags; `writable`: it stores flags at all."""

    uidvalidity: int
    uidnext: int
    keywords: bool
    writable: bool


class Connection:
    """A logged-in connection with a selected folder."""

    def __init__(self, imap: Imap, tokens: AccessTokens | None = None, folder: str | bool | None = None) -> None:
        """Connect, log in with `tokens` or a password, and select a folder.

        `folder` replaces the configured folder and is created if it is missing; True stands for the server's folder
        for sent mail.

        Raises AuthFailed, Unavailable, OSError, Lost or Refusal.
        """
        self._imap = imap
        token = tokens.get() if tokens is not None else None
        with exchange("imap.connect"):
            self._client = imap_login.connect(imap)
        try:
            with exchange("imap.login"):
                if tokens is None or token is None:
                    imap_login.login_with_password(self._client, imap)
                else:
                    self._login_with_token(tokens, token)
            self.name = imap.folder
            if folder is not None:
                with exchange("imap.sent_folder"):
                    self.name = self._other_folder(folder)
            with exchange("imap.select"):
                self.folder = self._select()
        except BaseException:
            self.close()
            raise

    def _login_with_token(self, tokens: AccessTokens, token: str) -> None:
        try:
            imap_login.login_with_token(self._client, self._imap, token, tokens.hint)
        except AuthFailed:
            # The token may have been revoked before it expired: try one new token, on a new connection.
            fresh = tokens.get(refused=token)
            self.close()
            self._client = imap_login.connect(self._imap)
            imap_login.login_with_token(self._client, self._imap, fresh, tokens.hint)

    def _other_folder(self, folder: str | bool) -> str:
        if folder is True:
            found = self._client.find_special_folder(b"\\Sent")
            if found is None:
                raise Unavailable(_("the server has no special folder for sent mail"), _('set sent = "Sent"'))
            return str(found)
        name = str(folder)
        if not self._client.folder_exists(name):
            self._client.create_folder(name)
        return name

    @property
    def uses_idle(self) -> bool:
        """Return True if IDLE is configured and the server supports it."""
        return self._imap.idle and self._client.has_capability("IDLE")

    @property
    def supports_move(self) -> bool:
        """Return True if the server has the MOVE command."""
        return bool(self._client.has_capability("MOVE"))

    def uids_from(self, first: int) -> Iterator[list[int]]:
        """Yield the UIDs from `first` on, ascending, in blocks that are not empty."""
        low = first
        block = max(SEARCH_BLOCK, (self.folder.uidnext - first) // 100)
        while low + block < self.folder.uidnext:
            yield from self._search_uids(f"{low}:{low + block - 1}", low)
            low += block
        # `*` is the newest mail, even if its UID is lower.
        yield from self._search_uids(f"{low}:*", low)

    def untaken_uids_since(self, moment: datetime) -> list[int]:
        """Return the UIDs of mail that arrived at `moment` or later and does not have the keyword TAKEN."""
        day = (moment.astimezone(UTC) - timedelta(days=1)).date()  # the server's dates are in an unknown time zone
        newer: list[int] = []
        with exchange("imap.compare"):
            since = sorted(self._client.search(["SINCE", day, "UNKEYWORD", TAKEN]))
        for part in _chunks(since, 500):
            with exchange("imap.dates"):
                dates = self._client.fetch(part, ["INTERNALDATE"])
            for uid, fields in dates.items():
                arrived = fields.get(b"INTERNALDATE")
                if uid < self.folder.uidnext and (arrived is None or arrived >= moment):
                    newer.append(uid)
        return sorted(newer)

    def uids_between(self, low: int, high: int) -> list[int]:
        """Return the existing UIDs from `low` up to, but not including, `high`."""
        with exchange("imap.between"):
            found = self._client.search(["UID", f"{low}:{high - 1}"])
        return sorted(uid for uid in found if low <= uid < high)

    def has_announced_mail(self) -> bool:
        """Return True if the server announced new mail since the last call, together with another response.

        The server announces mail only once: IDLE does not repeat what arrived with the response to another command.
        """
        return bool(self._client._imap.response("EXISTS")[1] != [None])

    def existing_uids(self, uids: Sequence[int]) -> set[int]:
        """Return the UIDs that still exist."""
        found: set[int] = set()
        for part in _chunks(uids, 500):
            with exchange("imap.existing"):
                found.update(self._client.search(["UID", ",".join(map(str, part))]))
        return found.intersection(uids)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Return the sizes in bytes by UID, for mail that still exists."""
        with exchange("imap.sizes"):
            return self._fetch_values(uids, "RFC822.SIZE")

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Return whole mails by UID without marking them as seen."""
        with exchange("imap.fetch"):
            return self._fetch_values(uids, "BODY[]", "BODY.PEEK[]")

    def headers(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Return mail headers by UID without marking the mail as seen."""
        with exchange("imap.headers"):
            return self._fetch_values(uids, "BODY[HEADER]", "BODY.PEEK[HEADER]")

    def flag(self, uids: Sequence[int]) -> None:
        """Mark mail as seen and as journalled, if the folder is writable."""
        if self.folder.writable:
            with exchange("imap.flag"):
                self._client.add_flags(uids, [SEEN, TAKEN] if self.folder.keywords else [SEEN], silent=True)

    def move(self, uids: Sequence[int], target: str) -> None:
        """Move mail to the folder `target`, which is created if it is missing."""
        copy = self._client.move if self.supports_move else self._client.copy
        try:
            with exchange("imap.move"):
                copy(uids, target)
        except ConnectionLost:
            raise
        except ServerRefusal:
            with exchange("imap.create"):
                self._client.create_folder(target)
            copy(uids, target)
        if not self.supports_move:
            self.delete(uids)

    def delete(self, uids: Sequence[int]) -> None:
        """Delete mail. Without UIDPLUS it is only marked: EXPUNGE would also remove mail that other clients deleted."""
        with exchange("imap.mark_deleted"):
            self._client.add_flags(uids, [DELETED], silent=True)
        if self._client.has_capability("UIDPLUS"):
            with exchange("imap.expunge"):
                self._client.uid_expunge(uids)

    def uids_with_message_id(self, message_id: str) -> list[int]:
        """Return the UIDs of mail with this Message-ID."""
        with exchange("imap.known"):
            return list(self._client.search(["HEADER", "Message-ID", message_id]))

    def append(self, raw: bytes, moment: datetime) -> None:
        """Append a mail to the folder, marked as seen."""
        with exchange("imap.append"):
            self._client.append(self.name, raw, [SEEN], moment)

    def uids_arrived_between(self, first: datetime, below: int) -> list[int]:
        """Return the UIDs less than `below` of mail that arrived at `first` or later."""
        day = first.astimezone(UTC).date()
        found: list[int] = []
        for low in range(1, below, SEARCH_BLOCK):
            among = f"{low}:{min(low + SEARCH_BLOCK, below) - 1}"
            # The server's dates are in an unknown time zone: near the first day, compare the time of each mail.
            with exchange("imap.arrived"):
                certain = set(self._client.search(["UID", among, "SINCE", day + timedelta(days=2)]))
                uncertain = set(self._client.search(["UID", among, "SINCE", day - timedelta(days=1)])) - certain
            dates = self.arrival_times(sorted(uncertain))
            found += [
                uid for uid in certain | uncertain if uid < below and (uid in certain or dates.get(uid, first) >= first)
            ]
        return sorted(found)

    def arrival_times(self, uids: Sequence[int]) -> dict[int, datetime]:
        """Return the timezone-aware arrival times by UID."""
        arrived: dict[int, datetime] = {}
        for part in _chunks(uids, 500):
            with exchange("imap.moments"):
                fetched = self._client.fetch(part, ["INTERNALDATE"])
            for uid, fields in fetched.items():
                moment = fields.get(b"INTERNALDATE")
                if isinstance(moment, datetime):
                    arrived[uid] = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return arrived

    def taken_uids(self, uids: Sequence[int]) -> set[int]:
        """Return the UIDs of mail that has the keyword TAKEN."""
        return {
            uid
            for part in _chunks(uids, 500)
            for uid, fields in self._client.fetch(part, ["FLAGS"]).items()
            if TAKEN in fields.get(b"FLAGS", ())
        }

    def wait_for_mail(self) -> None:
        """Wait until the server announces new mail, at most `IDLE_SECONDS`."""
        try:
            with exchange("imap.idle"):
                self._client.idle()
        except ConnectionLost:
            raise
        except ServerRefusal as error:  # the state of the connection is unknown after an unexpected response
            raise ConnectionLost(f"IDLE failed: {error}") from error
        if not self._has_buffered_data():
            self._client.idle_check(timeout=IDLE_SECONDS)
        with exchange("imap.idle_done"):
            self._client.idle_done()

    def noop(self) -> None:
        """Send NOOP, which fetches announcements. Raises if the connection is dead."""
        with exchange("imap.noop"):
            self._client.noop()

    def abort(self) -> None:
        """Shut the connection down, so that an operation in another thread fails at once."""
        # Use a copy of the descriptor, so that a TLS wrapper in use by another thread is not changed.
        with (
            contextlib.suppress(OSError, AttributeError),
            socket.socket(fileno=os.dup(self._client.socket().fileno())) as line,
        ):
            line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Log out if the server responds, and close the connection."""
        with contextlib.suppress(OSError, ServerRefusal, AttributeError):
            self._client.socket().settimeout(2)
            with exchange("imap.logout"):
                self._client.logout()
            return
        with contextlib.suppress(OSError, ServerRefusal, AttributeError):
            self._client.shutdown()

    def _select(self) -> Folder:
        response = self._client.select_folder(self.name)
        if b"UIDVALIDITY" not in response:
            raise Unavailable(_("the server sends no UIDVALIDITY for the folder {folder}", folder=self.name))
        uidnext = response.get(b"UIDNEXT")
        if uidnext is None:
            uidnext = max(self._client.search(["UID", "*"]), default=0) + 1
        flags = response.get(b"PERMANENTFLAGS", ())
        writable = b"READ-ONLY" not in response
        return Folder(int(response[b"UIDVALIDITY"]), int(uidnext), b"\\*" in flags or TAKEN in flags, writable)

    def _search_uids(self, uids: str, low: int) -> Iterator[list[int]]:
        with exchange("imap.search"):
            found = sorted({uid for uid in self._client.search(["UID", uids]) if uid >= low})
        if found:
            yield found

    def _fetch_values(self, uids: Sequence[int], name: str, asked: str = "") -> dict[int, Any]:
        answers = self._client.fetch(uids, [asked or name])
        wanted = name.encode("ascii")
        return {uid: fields[wanted] for uid, fields in answers.items() if fields.get(wanted) is not None}

    def _has_buffered_data(self) -> bool:
        """Return True if announcements arrived together with the response to IDLE: the socket does not signal them."""
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


def _chunks(uids: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (uids[i : i + size] for i in range(0, len(uids), size))
