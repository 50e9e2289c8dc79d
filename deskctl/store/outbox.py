"""The outbox on disk: what the sender takes, and what it leaves behind when it dies."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import ColumnElement, case, select, text, true

from ..core.outbox import OutboxEntry
from ..errors import Refused
from . import rows
from .engine import Database
from .moments import maybe_from_micros, to_micros
from .tables import outbox
from .tables.outbox import DUE


class Outbox:
    """Every method is one transaction of its own, durable when it returns. Raises Unavailable."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def claim(self, limit: int, channels: Collection[str] | None = None) -> list[OutboxEntry]:
        """Take up to `limit` messages whose time has come, the longest due first; nobody else gets them.

        `channels`: only what leaves through these, so that a stuck one keeps nobody else's waiting.
        """
        due = (
            select(outbox.c.id)
            .where(text(DUE), outbox.c.due_at <= to_micros(self._clock()), _through(channels))
            .order_by(outbox.c.due_at)
        )
        with self._database.reading() as connection:
            if connection.execute(due.limit(1)).first() is None:
                return []  # an empty look costs no write
        with self._database.writing("outbox.claim") as connection:
            taken = connection.execute(due.limit(limit).with_for_update(skip_locked=True)).scalars().all()
            connection.execute(outbox.update().where(outbox.c.id.in_(taken)).values(state="claimed"))
            query = select(outbox).where(outbox.c.id.in_(taken)).order_by(outbox.c.due_at, outbox.c.id)
            return [rows.outbox_entry(row) for row in connection.execute(query)]

    def mark_sending(self, id: int) -> None:
        """The words are about to leave. Raises Refused when the message is no longer to be sent."""
        with self._database.writing("outbox.mark_sending") as connection:
            query = (
                outbox.update()
                .where(outbox.c.id == id, outbox.c.state.in_(("claimed", "sending")))
                .values(state="sending")
                .returning(outbox.c.id)
            )
            if connection.execute(query).first() is None:
                raise Refused(f"outgoing message {id} is no longer to be sent")

    def recover(self) -> list[int]:
        """At the daemon's start: what was claimed waits again; the ids of what was being sent when the process died."""
        with self._database.writing("outbox.recover") as connection:
            connection.execute(
                outbox.update()
                .where(outbox.c.state == "claimed")
                .values(state=case((outbox.c.attempts > 0, "retry"), else_="queued"))
            )
            query = select(outbox.c.id).where(outbox.c.state == "sending").order_by(outbox.c.id)
            return list(connection.execute(query).scalars())

    def next_due(self, channels: Collection[str] | None = None) -> datetime | None:
        """When the next message (through one of `channels`) is to be sent; None when none waits."""
        with self._database.reading() as connection:
            query = (
                select(outbox.c.due_at)
                .where(text(DUE), outbox.c.due_at.is_not(None), _through(channels))
                .order_by(outbox.c.due_at)
                .limit(1)
            )
            return maybe_from_micros(connection.execute(query).scalar_one_or_none())


def _through(channels: Collection[str] | None) -> ColumnElement[bool]:
    return true() if channels is None else outbox.c.channel.in_(list(channels))
