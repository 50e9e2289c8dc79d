"""Generate ids for new rows. An id is never used twice, even if its row is deleted.

SQLite has one writer: the last id of each kind is a row, read once in a transaction and written at its end. PostgreSQL
has sequences; ids are fetched in growing blocks, because each query is a round trip to the server.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import Connection

from .statements import insert, on_conflict_update
from .tables.sqlite import counters

_GROWTH = 8
_LARGEST_BLOCK = 64


class Ids(Protocol):
    """A source of ids in one transaction."""

    def next(self, kind: str) -> int:
        """Return a new id; `kind` is the name of the table."""
        ...

    def expect(self, count: int) -> None:
        """Announce the number of new rows of each kind."""
        ...

    def save(self) -> None:
        """Save the last ids. Called once, before the commit."""
        ...


class Counters:
    """Ids from counters in SQLite."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last: dict[str, int] | None = None
        self._used: set[str] = set()

    def next(self, kind: str) -> int:
        if self._last is None:
            rows = self._connection.exec_driver_sql("SELECT kind, last FROM counters")
            self._last = {row.kind: row.last for row in rows}
        number = self._last[kind] = self._last.get(kind, 0) + 1
        self._used.add(kind)
        return number

    def expect(self, count: int) -> None:
        """Do nothing: the counters are in memory."""

    def save(self) -> None:
        if self._last is not None:
            rows = [(kind, self._last[kind]) for kind in sorted(self._used)]
            insert(self._connection, counters, rows, "kind last", on_conflict_update("kind", ["last"]))


class Sequences:
    """Ids from sequences in PostgreSQL.

    `spare` holds ticket numbers that an earlier transaction of this process fetched and did not use: people read these
    numbers, and gaps look like lost tickets.
    """

    def __init__(self, connection: Connection, spare: deque[int]) -> None:
        self._connection = connection
        self._ready: dict[str, deque[int]] = {"tickets": spare}
        self._block: dict[str, int] = {}
        self._first_block = 1

    def next(self, kind: str) -> int:
        ready = self._ready.setdefault(kind, deque())
        while True:
            try:
                return ready.popleft()
            except IndexError:
                ready.extend(self._fetch(kind))

    def _fetch(self, kind: str) -> Iterable[int]:
        block = self._block.get(kind, self._first_block)
        self._block[kind] = max(block, min(block * _GROWTH, _LARGEST_BLOCK))
        query = "SELECT nextval(%s::regclass) FROM generate_series(1, %s)"
        return self._connection.exec_driver_sql(query, (f"{kind}_number", block)).scalars()

    def expect(self, count: int) -> None:
        self._first_block = max(1, count)

    def save(self) -> None:
        """Do nothing: the sequences are saved already."""
