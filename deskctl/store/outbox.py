"""The outbox on disk: what the sender takes, and what it leaves behind when it dies."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, false, not_, or_, select, text, true

from ..core.outbox import OutboxEntry
from ..errors import Refused
from . import rows
from .engine import Database
from .moments import maybe_from_micros, to_micros
from .tables import outbox
from .tables.outbox import DUE

#: What another daemon has had in hand for longer is no longer in its hands: sending one message takes at most
#: 15 minutes, and a daemon claims only what it can begin with.
STALE = timedelta(minutes=20)


class Outbox:
    """Every method is one transaction of its own, durable when it returns. Raises Unavailable.

    `owner` names the daemon, the same after a restart: what is in its hands at its start was left by its dead self.
    What others have in hand on a shared store is theirs until it is stale.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], owner: str) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner

    def claim(self, limit: int, channels: Collection[str] | None = None) -> list[OutboxEntry]:
        """Take up to `limit` messages whose time has come, the longest due first; nobody else gets them.

        `channels`: only what leaves through these, so that a stuck one keeps nobody else's waiting.
        """
        now = to_micros(self._clock())
        due = select(outbox.c.id).where(text(DUE), outbox.c.due_at <= now, _through(channels)).order_by(outbox.c.due_at)
        with self._database.reading() as connection:
            if connection.execute(due.limit(1)).first() is None:
                return []  # an empty look costs no write
        with self._database.writing("outbox.claim") as connection:
            taken = connection.execute(due.limit(limit).with_for_update(skip_locked=True)).scalars().all()
            mine = {"state": "claimed", "claimed_by": self._owner, "claimed_at": now}
            connection.execute(outbox.update().where(outbox.c.id.in_(taken)).values(mine))
            query = select(outbox).where(outbox.c.id.in_(taken)).order_by(outbox.c.due_at, outbox.c.id)
            return [rows.outbox_entry(row) for row in connection.execute(query)]

    def mark_sending(self, id: int) -> None:
        """The words are about to leave. Raises Refused when the message is no longer to be sent."""
        with self._database.writing("outbox.mark_sending") as connection:
            query = (
                outbox.update()
                .where(
                    outbox.c.id == id,
                    outbox.c.state.in_(("claimed", "sending")),
                    or_(outbox.c.claimed_by.is_(None), outbox.c.claimed_by == self._owner),
                )
                .values(state="sending", claimed_at=to_micros(self._clock()))
                .returning(outbox.c.id)
            )
            if connection.execute(query).first() is None:
                raise Refused(f"outgoing message {id} is no longer to be sent")

    def recover(self, started: bool = True) -> list[int]:
        """What was claimed by a daemon that died waits again; the ids of what it was sending, each to one caller only.

        `started`: this daemon has nothing in hand yet, so what is in its name was left behind, too.
        """
        now = self._clock()
        with self._database.writing("outbox.recover") as connection:
            left = self._left(now, started)
            connection.execute(
                outbox.update()
                .where(outbox.c.state == "claimed", left)
                .values(state=case((outbox.c.attempts > 0, "retry"), else_="queued"))
            )
            sending = (
                outbox.update()
                .where(outbox.c.state == "sending", left)
                .values(claimed_by=self._owner, claimed_at=to_micros(now))
                .returning(outbox.c.id)
            )
            return sorted(connection.execute(sending).scalars())

    def _left(self, now: datetime, started: bool) -> ColumnElement[bool]:
        """Nobody has it in hand any more."""
        if not self._database.shared:
            return true() if started else false()  # the desk's lock: there is no other daemon
        mine = outbox.c.claimed_by == self._owner
        stale = outbox.c.claimed_at < to_micros(now - STALE)
        nobody = outbox.c.claimed_by.is_(None)
        return or_(nobody, mine, stale) if started else and_(stale, not_(mine))

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
