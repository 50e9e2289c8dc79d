"""Delays that were counted from a clock that has been set back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import and_, case, or_

from ..core.kernel.timers import TimerKind
from .engine import Database
from .moments import to_micros
from .tables import jobs, outbox, timers, windows


class Delays:
    """Retries, undo windows and digests wait a length of time; what they wait for is stored as a moment."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def set_back(self, by: timedelta) -> None:
        """The clock was set back by `by`: what waited for a length of time does not wait longer for it.

        Moments that people or policies named stay. Raises Unavailable.
        """
        now, step = to_micros(self._clock()), by // timedelta(microseconds=1)
        before = now + step  # what the clock showed
        with self._database.writing("delays.set_back") as connection:
            for table in (outbox, jobs):
                due = table.c.due_at
                written = or_(due > before, outbox.c.created_at > now) if table is outbox else due > now
                connection.execute(
                    table.update()
                    .where(and_(due > now, written, table.c.state.in_(("queued", "retry", "waiting"))))
                    .values(due_at=case((due > before, due - step), else_=now))
                )
            connection.execute(windows.update().where(windows.c.until > now).values(until=windows.c.until - step))
            connection.execute(
                timers.update()
                .where(timers.c.due_at > now, timers.c.kind == TimerKind.DIGEST.value)
                .values(due_at=timers.c.due_at - step)
            )
