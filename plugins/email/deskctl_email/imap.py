"""The reader of a mailbox. Each mail passes four steps; a crash between two steps neither loses nor duplicates mail:

    fetched (BODY.PEEK[]) → in the journal, committed → cursor saved → flagged, moved or deleted

The journal key consists of account, folder, UIDVALIDITY and UID, so a mail that is fetched twice is journalled once.
Flags do not decide what is read, because people read the same mailbox. The reader runs in its own thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from deskctl.plugins import AuthFailed, ChannelContext, ConfigError, Envelope, StoreUnavailable, Unavailable

from . import imap_fetch, journal_keys
from .config import EmailConfig, Imap
from .cursor import Cursor
from .imap_connection import IDLE_SECONDS, Connection
from .imap_login import ConnectionLost, ServerRefusal, error_text, is_missing_folder, is_temporary
from .messages import _
from .oauth_tokens import AccessTokens
from .probe import ProbeTokens, carries_probe
from .state import State

#: The number of connection losses while fetching a single mail after which the mail is set aside.
MAX_FAILURES: Final = 3
#: After a change of UIDVALIDITY, more unknown mails than this require a person's decision.
MAX_UNKNOWN: Final = 200
#: Seconds between two checks of a mailbox that waits for a decision, and between two attempts to fetch mail set aside.
DECISION_WAIT_SECONDS: Final = 600.0
RETRY_ASIDE_SECONDS: Final = 3600.0
#: Seconds between two checks for the decision.
DECISION_POLL_SECONDS: Final = 2
#: Seconds that a cancelled reader has to finish its current batch.
STOP_SECONDS: Final = 10.0


class Mailbox:
    """The reader of one folder; `read` is called once. `alerted`: the alerts that were already sent."""

    def __init__(
        self,
        config: EmailConfig,
        imap: Imap,
        context: ChannelContext,
        state: State,
        probes: ProbeTokens,
        alerted: set[str],
        tokens: AccessTokens | None = None,
    ) -> None:
        self._imap = imap
        self._max_size = config.max_size
        self._context = context
        self._state = state
        self._tokens = tokens
        self._probes = probes
        self._account = imap.account
        self._name = journal_keys.mailbox_name(imap.account, imap.folder)
        self._stop = threading.Event()
        self._connection: Connection | None = None
        self._alerted = alerted

    async def read(self) -> None:
        """Ingest mail until cancelled. Raises Unavailable or AuthFailed."""
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        failure: list[Exception] = []

        def run() -> None:
            try:
                self._read()
            except Exception as error:  # noqa: BLE001 - raised again in the event loop's thread
                failure.append(error)
            finally:
                with contextlib.suppress(RuntimeError):  # the loop is closed
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
        """Read over one connection, from login until it fails. Raises Unavailable or AuthFailed."""
        mailbox = _("the mailbox {account} at {host}", account=self._account, host=self._imap.host)
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
            what = _("{mailbox}: {error}", mailbox=mailbox, error=error.what)
            self._alert(what, error.hint)
            raise Unavailable(what, error.hint) from error
        except StoreUnavailable as error:
            raise Unavailable(_("mail waits on the server: {error}", error=error.what), error.hint) from error
        except ssl.SSLCertVerificationError as error:
            hint = _("check that host is the name in the certificate; for a private CA set SSL_CERT_FILE")
            what = _("{mailbox} has an untrusted certificate: {reason}", mailbox=mailbox, reason=error.verify_message)
            self._alert(what, hint)
            raise Unavailable(what) from error
        except (OSError, ConnectionLost) as error:
            if not self._stop.is_set():
                raise Unavailable(
                    _("{mailbox} is unreachable: {error}", mailbox=mailbox, error=error_text(error))
                ) from error
        except ServerRefusal as error:
            if is_temporary(error):
                raise Unavailable(
                    _("{mailbox} is temporarily unavailable: {error}", mailbox=mailbox, error=error_text(error))
                ) from error
            if is_missing_folder(error):
                what = _(
                    "{mailbox} no longer has the folder {folder}: {error}",
                    mailbox=mailbox,
                    folder=self._imap.folder,
                    error=error_text(error),
                )
                self._alert(what, _("create the folder, or set another one in the channel's imap table"))
                raise Unavailable(what) from error
            self._alert(
                _("{mailbox} refused a command: {error}", mailbox=mailbox, error=error_text(error)),
                _("check that the folder exists and is readable"),
            )
            raise Unavailable(
                _("{mailbox} refused a command: {error}", mailbox=mailbox, error=error_text(error))
            ) from error

    def _session(self, connection: Connection) -> None:
        cursor = self._start_cursor(connection)
        self._context.log.info(
            "reading %s of %s, %s", self._imap.folder, self._account, "IDLE" if connection.uses_idle else "polling"
        )
        self._alerted.clear()
        retry_aside = 0.0
        while not self._stop.is_set():
            connection.has_announced_mail()
            before = cursor.next
            for uids in connection.uids_from(cursor.next):
                cursor = self._take_uids(connection, cursor, uids)
            if cursor.next != before or connection.has_announced_mail():
                continue  # more mail may have arrived
            retry_aside -= self._pause(connection)
            if cursor.aside and retry_aside <= 0:
                cursor = self._retry_aside(connection, cursor)
                retry_aside = RETRY_ASIDE_SECONDS

    def _pause(self, connection: Connection) -> float:
        """Wait for new mail; return the approximate seconds that may have passed."""
        if connection.uses_idle:
            connection.wait_for_mail()
            return float(IDLE_SECONDS)
        poll = self._imap.poll.total_seconds()
        if not self._stop.wait(poll):
            connection.noop()
        return poll

    # --- start position

    def _start_cursor(self, connection: Connection) -> Cursor:
        """Return the cursor for the current numbering; at the first login, the end of the mailbox."""
        folder = connection.folder
        stored = self._state.get("imap").get(self._name)
        if stored is None:
            now = self._context.now().replace(microsecond=0)
            cursor = Cursor(folder.uidvalidity, folder.uidnext, now, folder.uidnext, folder.uidnext)
            self._save(cursor)
            self._context.log.info("first login: existing mail in %s is not read", self._imap.folder)
            return cursor
        cursor = Cursor.from_json(stored)
        if cursor.uidvalidity != folder.uidvalidity:
            return self._renumbered_cursor(connection, cursor)
        if cursor.settled < cursor.next:
            # A crash may have prevented flagging.
            missed = connection.uids_between(cursor.settled, cursor.next)
            self._apply_after(connection, [uid for uid in missed if uid not in cursor.aside])
        return cursor

    def _renumbered_cursor(self, connection: Connection, cursor: Cursor) -> Cursor:
        """Return the cursor after the server renumbered the folder (UIDVALIDITY changed), which invalidates old UIDs.

        Mail that arrived since the first login and does not have the keyword TAKEN is fetched again; intake recognizes
        mail that it has by Message-ID and content.
        """
        folder = connection.folder
        self._context.log.warning("%s has a new UIDVALIDITY; comparing mail since %s", self._name, cursor.since)
        unknown = connection.untaken_uids_since(cursor.since)
        while len(unknown) > MAX_UNKNOWN:
            self._alert(
                _(
                    "the server renumbered {mailbox} (UIDVALIDITY changed); reading is paused because the desk may or "
                    "may not have {count} mails in it",
                    mailbox=self._name,
                    count=len(unknown),
                ),
                _(
                    "deskctl mail resume {channel} --take (or --skip); or move mail that the desk does not need out of "
                    "the folder: with {limit} or fewer, reading continues automatically",
                    channel=self._context.name,
                    limit=MAX_UNKNOWN,
                ),
            )
            answer = self._wait_for_decision(connection)
            if answer == "take":
                break
            unknown = [] if answer == "skip" else connection.untaken_uids_since(cursor.since)
        first = unknown[0] if unknown else folder.uidnext
        anew = Cursor(
            folder.uidvalidity, first, cursor.since, folder.uidnext, folder.uidnext, renumbered=folder.uidnext
        )
        # Saved only at the end: after a crash, all mail is compared again.
        return self._take_uids(connection, anew, unknown, save=False)

    def _wait_for_decision(self, connection: Connection) -> str | None:
        """Wait for a decision about the renumbered mail; return "take", "skip", or None after a timeout."""
        for second in range(0, int(DECISION_WAIT_SECONDS), DECISION_POLL_SECONDS):
            decision = self._state.get("resume").get(self._name, {})
            if decision.get("uidvalidity") == connection.folder.uidvalidity:
                return str(decision["answer"])
            if self._stop.wait(DECISION_POLL_SECONDS):
                raise Unavailable(_("stopped"))
            if second % 60 == 0:
                connection.noop()
        return None

    # --- ingesting mail

    def _take_uids(self, connection: Connection, cursor: Cursor, uids: Sequence[int], save: bool = True) -> Cursor:
        for at in range(0, len(uids), 500):
            part = uids[at : at + 500]
            sizes = connection.sizes(part)
            for batch in imap_fetch.batches(part, sizes, self._max_size, cursor.singly):
                if self._stop.is_set():
                    raise Unavailable(_("stopped"))
                cursor = self._take_batch(connection, cursor, batch, sizes, save=save, blame=save)
        if not save:
            self._save(cursor)
        return cursor

    def _take_batch(
        self,
        connection: Connection,
        cursor: Cursor,
        uids: list[int],
        sizes: dict[int, int],
        *,
        save: bool,
        blame: bool,
    ) -> Cursor:
        """Fetch, journal, save the cursor and flag, in this order; return the new cursor."""
        try:
            mails, refused = imap_fetch.fetch(connection, uids, sizes, self._max_size)
        except (OSError, ConnectionLost):
            if blame and not self._stop.is_set():
                self._record_lost_fetch(cursor, uids)
            raise
        for uid in refused:
            self._alert_aside(uid)
        now = self._context.now()
        batch = []
        for uid, raw in list(mails.items()):
            if carries_probe(raw) and self._probes.is_own_probe(raw):
                del mails[uid]
                continue
            size = sizes[uid] if sizes.get(uid, 0) > self._max_size else None
            key = journal_keys.mailbox_key(self._account, self._imap.folder, cursor.uidvalidity, uid)
            batch.append((raw, key, Envelope(via="imap", received_at=now, size=size)))
        if batch:
            self._context.deliver_blocking(batch)
        cursor = replace(
            cursor, next=max(cursor.next, uids[-1] + 1), aside=tuple(sorted({*cursor.aside, *refused})), failures=0
        )
        if save:
            self._save(cursor)
        self._apply_after(connection, list(mails), sizes)
        return replace(cursor, settled=cursor.next)

    def _retry_aside(self, connection: Connection, cursor: Cursor) -> Cursor:
        """Try again to fetch the mail that the server did not deliver before."""
        there = connection.existing_uids(cursor.aside)
        cursor = replace(cursor, aside=tuple(uid for uid in cursor.aside if uid in there))
        for uid in cursor.aside:
            without = replace(cursor, aside=tuple(other for other in cursor.aside if other != uid))
            cursor = self._take_batch(connection, without, [uid], connection.sizes([uid]), save=True, blame=False)
        return cursor

    def _record_lost_fetch(self, cursor: Cursor, uids: list[int]) -> None:
        """Record that the connection was lost while these mails were fetched.

        The next attempt fetches them one by one. A single mail that causes repeated losses is set aside, so that it
        does not block the others.
        """
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

    # --- after ingestion

    def _apply_after(self, connection: Connection, uids: list[int], sizes: dict[int, int] | None = None) -> None:
        """Flag, move or delete journalled mail. A refusal by the server does not stop the reader."""
        if not uids:
            return
        try:
            if self._imap.after == "delete":
                sizes = connection.sizes(uids) if sizes is None else sizes
                whole = [uid for uid in uids if sizes.get(uid, self._max_size + 1) <= self._max_size]
                part = [uid for uid in uids if uid not in whole]  # only the header was read, so the mail stays
                if part:
                    connection.flag(part)
                if whole:
                    connection.delete(whole)
            elif self._imap.target is not None:
                connection.move(uids, self._imap.target)
            else:
                connection.flag(uids)
        except ConnectionLost:
            raise
        except ServerRefusal as error:
            self._alert(
                _(
                    'mail from {mailbox} was ingested, but after = "{after}" failed: {error}',
                    mailbox=self._name,
                    after=self._imap.after,
                    error=error_text(error),
                ),
                _("check the user's permissions in this folder; no mail is lost"),
            )

    def _save(self, cursor: Cursor) -> None:
        self._state.put("imap", {**self._state.get("imap"), self._name: cursor.as_json()})

    def _alert_aside(self, uid: int) -> None:
        self._alert(
            _(
                "the server lists mail {uid} in {folder} of {account} but does not deliver it",
                uid=uid,
                folder=self._imap.folder,
                account=self._account,
            ),
            _("deskctl retries every hour; check the mail in a mail program"),
        )

    def _alert(self, what: str, hint: str) -> None:
        if what not in self._alerted:
            self._alerted.add(what)
            self._context.alert(what, hint)
