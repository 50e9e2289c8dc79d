"""The outbox on disk: what the sender takes, and what it leaves behind when it dies."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, or_, select, text, true

from ..core.delivery.model import OutboxEntry
from ..errors import Refused
from ..i18n import _
from . import rows
from .engine import Database
from .instance import Instance
from .moments import maybe_from_micros, to_micros
from .tables import outbox
from .tables.outbox import DUE, IN_HAND


class Outbox:
    """Every method is one transaction of its own, durable when it returns. Raises Unavailable.

    Claims carry the name of `instance`. On a shared store, what another daemon has in hand is its own for as long as
    that daemon lives.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], instance: Instance) -> None:
        self._database = database
        self._clock = clock
        self._instance = instance

    def claim(self, limit: int, channels: Collection[str] | None = None) -> list[OutboxEntry]:
        """Take up to `limit` messages whose time has come, the longest due first; nobody else gets them.

        `channels`: only what leaves through these, so that a stuck one keeps nobody else's waiting.
        """
        now = to_micros(self._clock())
        due = select(outbox.c.id).where(text(DUE), outbox.c.due_at <= now, _through(channels)).order_by(outbox.c.due_at)
        with self._database.reading() as connection:
            if connection.execute(due.limit(1)).first() is None:
                return []  # an empty look costs no write
        me = self._instance.name()
        with self._database.writing("outbox.claim") as connection:
            taken = connection.execute(due.limit(limit).with_for_update(skip_locked=True)).scalars().all()
            mine = {"state": "claimed", "claimed_by": me, "claimed_at": now}
            connection.execute(outbox.update().where(outbox.c.id.in_(taken)).values(mine))
            query = select(outbox).where(outbox.c.id.in_(taken)).order_by(outbox.c.due_at, outbox.c.id)
            return [rows.outbox_entry(row) for row in connection.execute(query)]

    def mark_sending(self, id: int) -> None:
        """The words are about to leave. Raises Refused when the message is no longer to be sent, or no longer by this
        daemon, because the connection that stood for it was lost."""
        me = self._instance.name()
        with self._database.writing("outbox.mark_sending") as connection:
            query = (
                outbox.update()
                .where(
                    outbox.c.id == id,
                    outbox.c.state.in_(("claimed", "sending")),
                    or_(outbox.c.claimed_by.is_(None), outbox.c.claimed_by == me),
                )
                .values(state="sending", claimed_at=to_micros(self._clock()))
                .returning(outbox.c.id)
            )
            if connection.execute(query).first() is None:
                raise Refused(_("outgoing message {id} is no longer waiting", id=id))

    def recover(self, started: bool = True) -> list[int]:
        """What was claimed by a daemon that died waits again; the ids of what it was sending, each to one caller only.

        `started`: this daemon has nothing in hand yet, so what is in its name was left behind, too.
        """
        if not self._database.shared and not started:
            return []  # the desk's lock: there is no other daemon
        if not started and not self._others():
            return []
        me = self._instance.name()
        with self._database.writing("outbox.recover") as connection:
            left = self._left(connection, me, started)
            connection.execute(
                outbox.update()
                .where(text(IN_HAND), outbox.c.state == "claimed", left)
                .values(state=case((outbox.c.attempts > 0, "retry"), else_="queued"))
            )
            # What this process is sending under an earlier name is still in its hands.
            kept = () if started else self._instance.former
            sending = (
                outbox.update()
                .where(text(IN_HAND), outbox.c.state == "sending", left)
                .where(or_(outbox.c.claimed_by.is_(None), outbox.c.claimed_by.not_in(kept)))
                .values(claimed_by=me, claimed_at=to_micros(self._clock()))
                .returning(outbox.c.id)
            )
            return sorted(connection.execute(sending).scalars())

    def _others(self) -> bool:
        """Whether other daemons have something in hand; an empty look costs no write."""
        query = select(outbox.c.id).where(text(IN_HAND), outbox.c.claimed_by.is_distinct_from(self._instance.known()))
        with self._database.reading() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def _left(self, connection: Connection, me: str, started: bool) -> ColumnElement[bool]:
        """Nobody has it in hand any more."""
        if not self._database.shared:
            return true()  # the desk's lock: there is no other daemon
        holders = select(outbox.c.claimed_by).where(text(IN_HAND), outbox.c.claimed_by.is_not(None)).distinct()
        names = set(connection.execute(holders).scalars()) - {me}
        dead = self._instance.dead(connection, names)
        return or_(outbox.c.claimed_by.is_(None), outbox.c.claimed_by.in_(dead | ({me} if started else set())))

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
