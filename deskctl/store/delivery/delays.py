"""Correct delays after the clock was set back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import and_, case, or_

from ...core.notifications.schedule import DIGEST
from ..engine import Database
from ..moments import to_micros
from ..tables import jobs, outbox, timers, windows


class Delays:
    """Stored delays. Retries, undo windows and digests wait for a length of time, but the store holds the time at
    which they end.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def set_back(self, by: timedelta) -> None:
        """Shorten the waiting times after the clock was set back by `by`, so that nothing waits longer.

        Times that people or policies set stay. Raises Unavailable.
        """
        now, step = to_micros(self._clock()), by // timedelta(microseconds=1)
        before = now + step  # the time before the change
        with self._database.writing("delays.set_back") as connection:
            for table in (outbox, jobs):
                due = table.c.due_at
                affected = or_(due > before, outbox.c.created_at > now) if table is outbox else due > now
                connection.execute(
                    table.update()
                    .where(and_(due > now, affected, table.c.state.in_(("queued", "retry", "waiting"))))
                    .values(due_at=case((due > before, due - step), else_=now))
                )
            connection.execute(windows.update().where(windows.c.until > now).values(until=windows.c.until - step))
            connection.execute(
                timers.update()
                .where(timers.c.due_at > now, timers.c.kind == DIGEST)
                .values(due_at=timers.c.due_at - step)
            )
