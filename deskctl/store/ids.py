"""Numbers for new rows. A number is never given out twice, whatever happens to the row.

SQLite has one writer: the last number of each kind is a row, read once in a transaction and written at its end.
PostgreSQL has sequences; they are asked in growing blocks, because each question is a trip to the server.
Numbers of tickets are asked for one by one: people read them, and gaps look like something was lost.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

from sqlalchemy import Connection, select

from .statements import insert, or_update
from .tables.sqlite import counters

_LARGEST_BLOCK = 64


class Ids(Protocol):
    def next(self, kind: str) -> int:
        """A fresh number; `kind` is the table's name."""
        ...

    def save(self) -> None:
        """Called once, before the commit."""
        ...


def ids(connection: Connection) -> Ids:
    return Counters(connection) if connection.dialect.name == "sqlite" else Sequences(connection)


class Counters:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last: dict[str, int] | None = None
        self._used: set[str] = set()

    def next(self, kind: str) -> int:
        if self._last is None:
            rows = self._connection.execute(select(counters.c.kind, counters.c.last))
            self._last = {row.kind: row.last for row in rows}
        number = self._last[kind] = self._last.get(kind, 0) + 1
        self._used.add(kind)
        return number

    def save(self) -> None:
        if self._last is not None:
            rows = [(kind, self._last[kind]) for kind in sorted(self._used)]
            insert(self._connection, counters, rows, "kind last", or_update("kind", ["last"]))


class Sequences:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ready: dict[str, deque[int]] = {}
        self._block: dict[str, int] = {"tickets": 1}

    def next(self, kind: str) -> int:
        ready = self._ready.setdefault(kind, deque())
        if not ready:
            block = self._block.get(kind, 1)
            if kind != "tickets":
                self._block[kind] = min(block * 2, _LARGEST_BLOCK)
            ready.extend(
                self._connection.exec_driver_sql(
                    "SELECT nextval(%s::regclass) FROM generate_series(1, %s)", (f"{kind}_number", block)
                ).scalars()
            )
        return ready.popleft()

    def save(self) -> None:
        """A sequence keeps its own count."""
