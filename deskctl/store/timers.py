"""Store timers: those that are due, and the next due time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import BigInteger, Integer, bindparam, select

from ..core.kernel.timers import Timer
from . import rows
from .engine import Database
from .moments import maybe_from_micros, to_micros
from .tables import timers

# Run at each wake-up of the daemon, therefore built only once.
_DUE = (
    select(timers)
    .where(timers.c.due_at <= bindparam("now", type_=BigInteger))
    .order_by(timers.c.due_at, timers.c.id)
    .limit(bindparam("most", type_=Integer))
)
_NEXT = select(timers.c.due_at).order_by(timers.c.due_at).limit(1)


class Timers:
    """The timers. Methods raise Unavailable."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def due(self, limit: int) -> list[Timer]:
        """Return timers that are due, the oldest first. The command that a timer triggers deletes it."""
        now = to_micros(self._clock())
        with self._database.reading() as connection:
            return [rows.timer(row) for row in connection.execute(_DUE, {"now": now, "most": limit})]

    def next_due(self) -> datetime | None:
        """Return the next due time; None if no timer is set."""
        with self._database.reading() as connection:
            return maybe_from_micros(connection.execute(_NEXT).scalar_one_or_none())
