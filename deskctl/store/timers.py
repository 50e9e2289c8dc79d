"""Timers on disk: what is due, and when the next one is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from ..core.timers import Timer
from . import rows
from .engine import Database
from .moments import maybe_from_micros, to_micros
from .tables import timers


class Timers:
    """Raises Unavailable."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def due(self, limit: int) -> list[Timer]:
        """Timers whose moment has come, the oldest first. A timer goes when the command that it asks for is done."""
        query = (
            select(timers)
            .where(timers.c.due_at <= to_micros(self._clock()))
            .order_by(timers.c.due_at, timers.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [rows.timer(row) for row in connection.execute(query)]

    def next_due(self) -> datetime | None:
        """None when no timer is set."""
        query = select(timers.c.due_at).order_by(timers.c.due_at).limit(1)
        with self._database.reading() as connection:
            return maybe_from_micros(connection.execute(query).scalar_one_or_none())
