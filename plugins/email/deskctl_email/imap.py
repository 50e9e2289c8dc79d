"""Reading a mailbox. A mail goes through four steps, and a crash between any two loses and doubles nothing:

    fetched (BODY.PEEK[]) → in the journal, committed → cursor saved → flagged, moved or deleted

The journal's key is account, folder, UIDVALIDITY and UID, so a mail that is fetched again is journalled once. What
is flagged is never asked: people read the same mailbox. Everything here runs in one thread of the mailbox's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from deskctl.plugins import AuthFailed, ChannelContext, ConfigError, Envelope, StoreUnavailable, Unavailable

from . import keys
from .config import EmailConfig, Imap
from .connection import IDLE_SECONDS, Connection
from .cursor import Cursor
from .login import Lost, Refusal, missing, not_now
from .probe import Probes, carries_probe
from .state import State
from .tokens import Tokens

#: A batch ends at this many bytes or mails: one fetch, one commit of the journal, one flagging.
BATCH_BYTES: Final = 4_000_000
BATCH_MAILS: Final = 100
#: So often one mail alone may cut the line before it is set aside.
MAX_FAILURES: Final = 3
#: After a new UIDVALIDITY, more mails than this that nobody knows are a question for a person.
MAX_UNKNOWN: Final = 200
#: Seconds between two looks at a mailbox that waits for a person, and between two tries of what was set aside.
PAUSE: Final = 600.0
RETRY_ASIDE: Final = 3600.0
#: Seconds between two looks for a person's answer.
LOOK: Final = 2
#: Seconds that a cancelled reader has to finish the batch it is at.
STOP_SECONDS: Final = 10.0


class Mailbox:
    """The reader of one folder; `read` is called once. `alerted`: what people were told already."""

    def __init__(
        self,
        config: EmailConfig,
        imap: Imap,
        context: ChannelContext,
        state: State,
        probes: Probes,
        alerted: set[str],
        tokens: Tokens | None = None,
    ) -> None:
        self._imap = imap
        self._max_size = config.max_size
        self._context = context
        self._state = state
        self._tokens = tokens
        self._probes = probes
        self._account = imap.account
        self._name = keys.name_of(imap.account, imap.folder)
        self._stop = threading.Event()
        self._connection: Connection | None = None
        self._alerted = alerted

    async def read(self) -> None:
        """Take mail in until cancelled. Raises Unavailable or AuthFailed."""
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        failure: list[Exception] = []

        def run() -> None:
            try:
                self._read()
            except Exception as error:  # noqa: BLE001 - it is raised again in the loop's thread
                failure.append(error)
            finally:
                with contextlib.suppress(RuntimeError):  # the loop is gone
                    loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=run, name=f"imap-{self._context.name}", daemon=True).start()
        try:
            await ended.wait()
        except asyncio.CancelledError:
            self._stop.set()
            connection = self._connection
            if connection is not None:
                connection.abort()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await ended.wait()
            raise
        if failure:
            raise failure[0]

    def _read(self) -> None:
        """One connection, from login until it fails. Raises Unavailable or AuthFailed."""
        where = f"the mailbox {self._account} at {self._imap.host}"
        try:
            self._connection = connection = Connection(self._imap, self._tokens)
            try:
                self._session(connection)
            finally:
                self._connection = None
                connection.close()
        except (AuthFailed, Unavailable):
            raise
        except ConfigError as error:  # the password's source
            self._alert(f"{where}: {error}", error.hint)
            raise Unavailable(f"{where}: {error}", error.hint) from error
        except StoreUnavailable as error:
            raise Unavailable(f"mail waits on the server: {error}", error.hint) from error
        except ssl.SSLCertVerificationError as error:
            hint = "Is host the name in its certificate? For an authority of your own set SSL_CERT_FILE."
            self._alert(f"{where} shows a certificate that is not trusted: {error.verify_message}", hint)
            raise Unavailable(f"{where} shows a certificate that is not trusted: {error.verify_message}") from error
        except (OSError, Lost) as error:
            if not self._stop.is_set():
                raise Unavailable(f"{where} is out of reach: {_words(error)}") from error
        except Refusal as error:
            if not_now(error):
                raise Unavailable(f"{where} asks for a pause: {_words(error)}") from error
            if missing(error):
                what = f"{where} has no folder {self._imap.folder} any more: {_words(error)}"
                self._alert(what, "Create it there, or name another in the channel's imap table.")
                raise Unavailable(what) from error
            self._alert(f"{where} refused a command: {_words(error)}", "Does the folder exist, and may it be read?")
            raise Unavailable(f"{where} refused a command: {_words(error)}") from error

    def _session(self, connection: Connection) -> None:
        cursor = self._begin(connection)
        self._context.log.info(
            "reading %s of %s, %s", self._imap.folder, self._account, "IDLE" if connection.idles else "polling"
        )
        self._alerted.clear()
        retry_aside = 0.0
        while not self._stop.is_set():
            connection.announced()
            before = cursor.next
            for uids in connection.uids_from(cursor.next):
                cursor = self._take_all(connection, cursor, uids)
            if cursor.next != before or connection.announced():
                continue  # more may have come meanwhile
            retry_aside -= self._pause(connection)
            if cursor.aside and retry_aside <= 0:
                cursor = self._take_aside(connection, cursor)
                retry_aside = RETRY_ASIDE

    def _pause(self, connection: Connection) -> float:
        """Until there may be news; about how many seconds that can have been."""
        if connection.idles:
            connection.wait()
            return float(IDLE_SECONDS)
        poll = self._imap.poll.total_seconds()
        if not self._stop.wait(poll):
            connection.nod()
        return poll

    # --- where to begin

    def _begin(self, connection: Connection) -> Cursor:
        """The cursor, as the mailbox now counts. On the very first login it is at the mailbox's end."""
        folder = connection.folder
        kept = self._state.get("imap").get(self._name)
        if kept is None:
            now = self._context.now().replace(microsecond=0)
            cursor = Cursor(folder.uidvalidity, folder.uidnext, now, folder.uidnext, folder.uidnext)
            self._save(cursor)
            self._context.log.info("first login: what is in %s already is left alone", self._imap.folder)
            return cursor
        cursor = Cursor.from_json(kept)
        if cursor.uidvalidity != folder.uidvalidity:
            return self._begin_anew(connection, cursor)
        if cursor.settled < cursor.next:
            # What a crash may have kept from being flagged.
            missed = connection.between(cursor.settled, cursor.next)
            self._settle(connection, [uid for uid in missed if uid not in cursor.aside])
        return cursor

    def _begin_anew(self, connection: Connection, cursor: Cursor) -> Cursor:
        """The server numbers the folder anew (UIDVALIDITY changed): old UIDs mean nothing. What came since the first
        login and does not carry our keyword is fetched again; intake knows what it has by Message-ID and content."""
        folder = connection.folder
        self._context.log.warning("%s has a new UIDVALIDITY; mail since %s is compared", self._name, cursor.since)
        unknown = connection.uids_since(cursor.since)
        while len(unknown) > MAX_UNKNOWN:
            self._alert(
                f"the server numbers {self._name} anew (UIDVALIDITY), and {len(unknown)} mails in it may be known or "
                "not: the mailbox is not read until there are fewer",
                f"deskctl mail resume {self._context.name} --take (or --skip); or move what is no matter for the desk "
                f"out of the folder: with {MAX_UNKNOWN} or fewer, reading goes on by itself",
            )
            answer = self._answer(connection)
            if answer == "take":
                break
            unknown = [] if answer == "skip" else connection.uids_since(cursor.since)
        first = unknown[0] if unknown else folder.uidnext
        anew = Cursor(
            folder.uidvalidity, first, cursor.since, folder.uidnext, folder.uidnext, renumbered=folder.uidnext
        )
        # Saved only at the end: after a crash in between all of it is compared again.
        return self._take_all(connection, anew, unknown, save=False)

    def _answer(self, connection: Connection) -> str | None:
        """What a person says about the mail of the folder's new numbering: take, skip, or nothing for a while."""
        for second in range(0, int(PAUSE), LOOK):
            said = self._state.get("resume").get(self._name, {})
            if said.get("uidvalidity") == connection.folder.uidvalidity:
                return str(said["answer"])
            if self._stop.wait(LOOK):
                raise Unavailable("stopped")
            if second % 60 == 0:
                connection.nod()
        return None

    # --- taking mail in

    def _take_all(self, connection: Connection, cursor: Cursor, uids: Sequence[int], save: bool = True) -> Cursor:
        for at in range(0, len(uids), 500):
            part = uids[at : at + 500]
            sizes = connection.sizes(part)
            for batch in self._batches(part, sizes, cursor.singly):
                if self._stop.is_set():
                    raise Unavailable("stopped")
                cursor = self._take(connection, cursor, batch, sizes, save=save, blame=save)
        if not save:
            self._save(cursor)
        return cursor

    def _batches(self, uids: Sequence[int], sizes: dict[int, int], singly: int) -> Iterator[list[int]]:
        """In the order of UIDs. A mail over the limit, of which only the header is read, counts little."""
        batch: list[int] = []
        size = 0
        for uid in uids:
            its = sizes.get(uid, 0)
            its = its if its <= self._max_size else 16_384
            if batch and (size + its > BATCH_BYTES or len(batch) == BATCH_MAILS or uid <= singly):
                yield batch
                batch, size = [], 0
            batch.append(uid)
            size += its
        if batch:
            yield batch

    def _take(
        self,
        connection: Connection,
        cursor: Cursor,
        uids: list[int],
        sizes: dict[int, int],
        *,
        save: bool,
        blame: bool,
    ) -> Cursor:
        """Fetch, journal, save the cursor, flag: in this order. The cursor afterwards."""
        try:
            mails, refused = self._fetch(connection, uids, sizes)
        except (OSError, Lost):
            if blame and not self._stop.is_set():
                self._blame(cursor, uids)
            raise
        now = self._context.now()
        batch = []
        for uid, raw in list(mails.items()):
            if carries_probe(raw) and self._probes.issued(raw):
                del mails[uid]
                continue
            size = sizes[uid] if sizes.get(uid, 0) > self._max_size else None
            key = keys.of_mailbox(self._account, self._imap.folder, cursor.uidvalidity, uid)
            batch.append((raw, key, Envelope(via="imap", received_at=now, size=size)))
        if batch:
            self._context.deliver_blocking(batch)
        cursor = replace(
            cursor, next=max(cursor.next, uids[-1] + 1), aside=tuple(sorted({*cursor.aside, *refused})), failures=0
        )
        if save:
            self._save(cursor)
        self._settle(connection, list(mails), sizes)
        return replace(cursor, settled=cursor.next)

    def _fetch(
        self, connection: Connection, uids: Sequence[int], sizes: dict[int, int]
    ) -> tuple[dict[int, bytes], list[int]]:
        """The mails by UID (of those over the limit the header), and the UIDs that are there but not given."""
        large = [uid for uid in uids if sizes.get(uid, 0) > self._max_size]
        normal = [uid for uid in uids if uid not in large]
        mails = {**_given(connection.bodies, normal), **_given(connection.headers, large)}
        lacking = [uid for uid in uids if uid not in mails]
        refused = sorted(connection.existing(lacking)) if lacking else []
        for uid in list(refused):
            again = _given(connection.headers if uid in large else connection.bodies, [uid])
            if uid in again:
                refused.remove(uid)
                mails.update(again)
        for uid in refused:
            self._alert_aside(uid)
        return dict(sorted(mails.items())), refused

    def _take_aside(self, connection: Connection, cursor: Cursor) -> Cursor:
        """Once more what the server did not give before."""
        there = connection.existing(cursor.aside)
        cursor = replace(cursor, aside=tuple(uid for uid in cursor.aside if uid in there))
        for uid in cursor.aside:
            without = replace(cursor, aside=tuple(other for other in cursor.aside if other != uid))
            cursor = self._take(connection, without, [uid], connection.sizes([uid]), save=True, blame=False)
        return cursor

    def _blame(self, cursor: Cursor, uids: list[int]) -> None:
        """The line was cut while these were fetched: next time one by one; one that cuts it again and again alone
        is set aside, so that it does not keep the others out."""
        if len(uids) > 1:
            cursor = replace(cursor, singly=uids[-1])
        elif cursor.failures + 1 < MAX_FAILURES:
            cursor = replace(cursor, failures=cursor.failures + 1)
        else:
            [uid] = uids
            cursor = replace(cursor, next=max(cursor.next, uid + 1), failures=0, aside=(*cursor.aside, uid))
            self._alert_aside(uid)
        with contextlib.suppress(StoreUnavailable):
            self._save(cursor)

    # --- afterwards

    def _settle(self, connection: Connection, uids: list[int], sizes: dict[int, int] | None = None) -> None:
        """Flag, move or delete what is in the journal. A server that refuses keeps no mail out."""
        if not uids:
            return
        try:
            if self._imap.after == "delete":
                sizes = connection.sizes(uids) if sizes is None else sizes
                whole = [uid for uid in uids if sizes.get(uid, self._max_size + 1) <= self._max_size]
                part = [uid for uid in uids if uid not in whole]  # only its header was read: the mail stays
                if part:
                    connection.flag(part)
                if whole:
                    connection.delete(whole)
            elif self._imap.target is not None:
                connection.move(uids, self._imap.target)
            else:
                connection.flag(uids)
        except Lost:
            raise
        except Refusal as error:
            self._alert(
                f'mail from {self._name} was taken in, but after = "{self._imap.after}" fails: {_words(error)}',
                "May the user do this there? The mail is in the desk all the same.",
            )

    def _save(self, cursor: Cursor) -> None:
        self._state.put("imap", {**self._state.get("imap"), self._name: cursor.as_json()})

    def _alert_aside(self, uid: int) -> None:
        self._alert(
            f"mail {uid} in {self._imap.folder} of {self._account} is listed, but the server does not give it",
            "It is tried again every hour; look at it with a mail program.",
        )

    def _alert(self, what: str, hint: str) -> None:
        if what not in self._alerted:
            self._alerted.add(what)
            self._context.alert(what, hint)


def _given(fetch: object, uids: Sequence[int]) -> dict[int, bytes]:
    """What the server gives of these; nothing when it refuses the command or answers nonsense."""
    if not uids or not callable(fetch):
        return {}
    try:
        mails: dict[int, bytes] = fetch(uids)
    except Lost:
        raise
    except Refusal:
        return {}
    return mails


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
