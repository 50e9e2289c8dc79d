"""Store the journal of raw messages: `append` accepts messages, the other methods process them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, select, text

from ...core.intake.journal import JournalEntry, JournalRow, PreparedEntry
from .. import blobs, rows
from ..encoding import clean
from ..engine import Database
from ..moments import from_micros, to_micros
from ..retry import retry_on_conflict
from ..statements import insert, select_rows
from ..tables import journal
from ..tables.intake import UNSETTLED

_FRESH, _IN_BATCH, _SINGLY = 0, 1, 2
_COLUMNS = "id channel key raw_sha256 size received_at envelope state trial attempts duplicate"


class Journal:
    """The journal. Each method is a transaction, durable when it returns unless stated otherwise. Methods raise
    Unavailable.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def prepare(self, entries: Sequence[JournalEntry]) -> list[PreparedEntry]:
        """Hash and compress raw messages in the calling thread, so that `append` has less to do."""
        return [_prepared(entry) for entry in entries]

    def append(self, entries: Sequence[JournalEntry | PreparedEntry]) -> list[bool]:
        """Store raw messages, all or none. Return True for each new message, False for a delivery that is stored
        already.
        """
        prepared = [entry if isinstance(entry, PreparedEntry) else _prepared(entry) for entry in entries]
        return retry_on_conflict(lambda: self._append(prepared))

    def _append(self, entries: Sequence[PreparedEntry]) -> list[bool]:
        with self._database.writing("journal.append") as connection:
            keys = [(clean(entry.key), clean(entry.channel)) for entry in entries]
            known = _known(connection, keys)
            numbers = self._database.ids(connection)
            numbers.expect(len(entries))
            answer, new = [], []
            contents: dict[str, bytes | blobs.Compressed] = {}
            for entry, (key, channel) in zip(entries, keys, strict=True):
                fresh = (key, channel) not in known
                answer.append(fresh)
                if fresh:
                    known.add((key, channel))
                    sha256, size = entry.sha256, entry.size
                    contents[sha256] = blobs.Compressed(size, entry.compression, entry.data)
                    received_at = to_micros(entry.envelope.received_at)
                    envelope = rows.envelope_json(entry.envelope)
                    number = numbers.next("journal")
                    new.append((number, channel, key, sha256, size, received_at, envelope, "waiting", _FRESH, 0, False))
            blobs.keep(connection, numbers, contents, [row[3] for row in new])
            insert(connection, journal, new, _COLUMNS)
            numbers.save()
        return answer

    def waiting(self, limit: int, max_bytes: int, after: int = 0) -> list[JournalRow]:
        """Return the next rows to process, the oldest first: up to `limit` and about `max_bytes`, at least one.

        `after` is the id of a row: only later rows count. A row that must be processed alone is returned alone.
        """
        waiting = and_(journal.c.state == "waiting", text(UNSETTLED), journal.c.id > after)
        query = select(journal).where(waiting).order_by(journal.c.id).limit(limit)
        with self._database.reading() as connection:
            chosen: list[Any] = []
            size = 0
            for row in connection.execute(query):
                alone = row.trial == _SINGLY or row.attempts > 0
                if chosen and (alone or size + row.size > max_bytes):
                    break
                chosen.append(row)
                size += row.size
                if alone:
                    break
            raw = blobs.read(connection, {row.raw_sha256 for row in chosen})
        return [
            JournalRow(
                id=row.id,
                channel=row.channel,
                envelope=rows.envelope(row.envelope, received := from_micros(row.received_at)),
                raw=raw[row.raw_sha256],
                raw_sha256=row.raw_sha256,
                received_at=received,
                attempts=row.attempts,
                singly=row.trial == _SINGLY or row.attempts > 0,
            )
            for row in chosen
        ]

    def start_batch(self, ids: Collection[int]) -> None:
        """Mark rows as part of a batch, so that a crash during the batch is detected. Survives the process."""
        with self._database.writing("journal.start_batch", synced=False) as connection:
            connection.execute(journal.update().where(journal.c.id.in_(sorted(ids))).values(trial=_IN_BATCH))

    def start_single(self, id: int) -> int:
        """Mark a row as processed alone. Return the number of attempts, including this one."""
        with self._database.writing("journal.start_single") as connection:
            query = (
                journal.update()
                .where(journal.c.id == id)
                .values(attempts=journal.c.attempts + 1, trial=_SINGLY)
                .returning(journal.c.attempts)
            )
            return int(connection.execute(query).scalar_one())

    def release(self, waited: tuple[int, int] | None = None) -> None:
        """Mark the rows of an interrupted batch to be processed alone. Called when the daemon starts.

        `waited` is a row and the number of its attempts, the last of which does not count, because the process died
        while the row waited.
        """
        with self._database.writing("journal.release") as connection:
            if waited is not None:
                row, attempts = waited
                same = and_(journal.c.id == row, journal.c.state == "waiting", journal.c.attempts == attempts)
                connection.execute(journal.update().where(same).values(attempts=attempts - 1))
            connection.execute(
                journal.update()
                .where(journal.c.state == "waiting", text(UNSETTLED), journal.c.trial == _IN_BATCH)
                .values(trial=_SINGLY)
            )

    def count_waiting(self) -> int:
        with self._database.reading() as connection:
            query = select(func.count()).select_from(journal).where(journal.c.state == "waiting", text(UNSETTLED))
            return int(connection.execute(query).scalar_one())


def _prepared(entry: JournalEntry) -> PreparedEntry:
    content = blobs.compressed(entry.raw)
    return PreparedEntry(entry.channel, entry.key, entry.envelope, hashlib.sha256(entry.raw).hexdigest(), *content)


def _known(connection: Connection, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(row.key, row.channel) for row in select_rows(connection, journal, "key channel", "key channel", keys)}
