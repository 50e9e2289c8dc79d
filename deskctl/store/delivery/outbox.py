"""Store the outbox: entries that the sender claims, and the recovery of claims of ended daemons."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, or_, select, text, true

from ...core.delivery.model import OutboxEntry
from ...errors import Refused
from ...i18n import _
from .. import rows
from ..engine import Database
from ..instance import Instance
from ..moments import maybe_from_micros, to_micros
from ..tables import outbox
from ..tables.delivery import DUE, IN_HAND


class Outbox:
    """The outbox. Each method is a transaction, durable when it returns. Methods raise Unavailable.

    Claims carry the name of `instance`. On a shared store, a claim belongs to its daemon while that daemon is alive.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], instance: Instance) -> None:
        self._database = database
        self._clock = clock
        self._instance = instance

    def claim(self, limit: int, channels: Collection[str] | None = None) -> list[OutboxEntry]:
        """Claim up to `limit` due messages, the longest due first; no other daemon gets them.

        `channels` limits the claim to these channels, so that a blocked channel does not delay others.
        """
        now = to_micros(self._clock())
        due = (
            select(outbox.c.id)
            .where(text(DUE), outbox.c.due_at <= now, _on_channels(channels))
            .order_by(outbox.c.due_at)
        )
        with self._database.reading() as connection:
            if connection.execute(due.limit(1)).first() is None:
                return []  # without due messages, no write transaction is needed
        me = self._instance.name()
        with self._database.writing("outbox.claim") as connection:
            taken = connection.execute(due.limit(limit).with_for_update(skip_locked=True)).scalars().all()
            mine = {"state": "claimed", "claimed_by": me, "claimed_at": now}
            connection.execute(outbox.update().where(outbox.c.id.in_(taken)).values(mine))
            query = select(outbox).where(outbox.c.id.in_(taken)).order_by(outbox.c.due_at, outbox.c.id)
            return [rows.outbox_entry(row) for row in connection.execute(query)]

    def mark_sending(self, id: int) -> None:
        """Mark a message immediately before it is sent.

        Raises Refused if the message must not be sent any more, or if this daemon has lost its claim together with its
        connection.
        """
        for refusal in self.mark_all_sending((id,)).values():
            raise refusal

    def mark_all_sending(self, ids: Collection[int]) -> dict[int, Refused]:
        """Mark messages as `mark_sending` does, in one commit. Return an error for each that must not be sent."""
        with self._database.writing("outbox.mark_sending") as connection:
            return self.mark_sending_in(connection, ids)

    def mark_sending_in(self, connection: Connection, ids: Collection[int]) -> dict[int, Refused]:
        """Mark messages as `mark_all_sending` does, in the transaction of `connection`."""
        query = (
            outbox.update()
            .where(
                outbox.c.id.in_(list(ids)),
                outbox.c.state.in_(("claimed", "sending")),
                or_(outbox.c.claimed_by.is_(None), outbox.c.claimed_by == self._instance.name()),
            )
            .values(state="sending", claimed_at=to_micros(self._clock()))
            .returning(outbox.c.id)
        )
        marked = set(connection.execute(query).scalars())
        refused = (entry for entry in ids if entry not in marked)
        return {entry: Refused(_("outgoing message {id} is no longer waiting", id=entry)) for entry in refused}

    def recover(self, started: bool = True) -> list[int]:
        """Release claims of daemons that have ended. Return the ids of messages that they were sending, each to one
        caller only.

        `started` means that this daemon has claimed no message yet, so claims under its own name are left over too.
        """
        if not self._database.shared and not started:
            return []  # the desk's lock excludes other daemons
        if not started and not self._other_claims():
            return []
        me = self._instance.name()
        with self._database.writing("outbox.recover") as connection:
            abandoned = self._abandoned(connection, me, started)
            connection.execute(
                outbox.update()
                .where(text(IN_HAND), outbox.c.state == "claimed", abandoned)
                .values(state=case((outbox.c.attempts > 0, "retry"), else_="queued"))
            )
            # This process still sends the messages that it claimed under an earlier name.
            former = () if started else self._instance.former_names
            sending = (
                outbox.update()
                .where(text(IN_HAND), outbox.c.state == "sending", abandoned)
                .where(or_(outbox.c.claimed_by.is_(None), outbox.c.claimed_by.not_in(former)))
                .values(claimed_by=me, claimed_at=to_micros(self._clock()))
                .returning(outbox.c.id)
            )
            return sorted(connection.execute(sending).scalars())

    def _other_claims(self) -> bool:
        """Return True if other daemons have claims. If not, no write transaction is needed."""
        query = select(outbox.c.id).where(
            text(IN_HAND), outbox.c.claimed_by.is_distinct_from(self._instance.known_name())
        )
        with self._database.reading() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def _abandoned(self, connection: Connection, me: str, started: bool) -> ColumnElement[bool]:
        """Return the condition for claims that no living daemon holds."""
        if not self._database.shared:
            return true()  # the desk's lock excludes other daemons
        holders = select(outbox.c.claimed_by).where(text(IN_HAND), outbox.c.claimed_by.is_not(None)).distinct()
        names = set(connection.execute(holders).scalars()) - {me}
        dead = self._instance.ended_names(connection, names)
        return or_(outbox.c.claimed_by.is_(None), outbox.c.claimed_by.in_(dead | ({me} if started else set())))

    def next_due(self, channels: Collection[str] | None = None) -> datetime | None:
        """Return the due time of the next message (on one of `channels`); None if no message waits."""
        with self._database.reading() as connection:
            query = (
                select(outbox.c.due_at)
                .where(text(DUE), outbox.c.due_at.is_not(None), _on_channels(channels))
                .order_by(outbox.c.due_at)
                .limit(1)
            )
            return maybe_from_micros(connection.execute(query).scalar_one_or_none())


def _on_channels(channels: Collection[str] | None) -> ColumnElement[bool]:
    return true() if channels is None else outbox.c.channel.in_(list(channels))
