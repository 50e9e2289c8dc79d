"""Store the messages that agents have seen, accepted answers to notifications, and leases of agents who compose a
reply.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from ...core.kernel.changes import Changes
from ...core.messages.repository import MessageChanges
from ..encoding import clean
from ..moments import rfc3339, to_micros
from ..statements import (
    ON_CONFLICT_DO_NOTHING,
    delete,
    insert,
    on_conflict_update,
    update,
)
from ..tables import composing, messages, notification_answers, seen_messages
from .conversations import batches, valid_ids

if TYPE_CHECKING:
    from ...core.messages.seen_views import ComposingRow, SeenMark


class SeenSource:
    """The part of `DatabaseSource` for seen messages."""

    _connection: Connection

    def seen(self, agent: str, messages: Collection[int]) -> Mapping[int, int]:
        return versions_seen(self._connection, agent, messages)

    def accepted(self, outbox: int) -> Mapping[str, int]:
        answers = notification_answers
        query = select(answers.c.content, answers.c.message).where(answers.c.outbox == outbox)
        return {row.content: row.message for row in self._connection.execute(query)}


def versions_seen(connection: Connection, agent: str, ids: Collection[int]) -> dict[int, int]:
    """Return the version of each message that the agent has seen, without messages that they have not seen."""
    marks = seen_messages.c
    found: dict[int, int] = {}
    for some in batches(valid_ids(ids)):
        query = select(marks.message, marks.version).where(marks.agent == clean(agent), marks.message.in_(some))
        found.update((row.message, row.version) for row in connection.execute(query))
    return found


def mark(connection: Connection, agent: str, numbers: Collection[int], newest: int) -> SeenMark:
    """Return the messages of the tickets `numbers` that `agent` has seen, and their current versions."""
    m = messages.c
    public = m.ticket.in_(numbers), m.kind.in_(("in", "out")), m.automatic.is_(None), m.withdrawn.is_(False)
    now = {row.id: row for row in connection.execute(select(m.id, m.kind, m.version).where(*public).order_by(m.id))}
    shown = versions_seen(connection, agent, list(now))
    customers = [number for number in shown if now[number].kind == "in"]
    return {
        "seen": max(customers, default=None),
        "newest": newest,
        "shown": [[number, version] for number, version in sorted(shown.items())] if shown else None,
        "now": [[number, row.version] for number, row in now.items()],
        "composing": composers(connection, numbers),
    }


def composers(connection: Connection, numbers: Collection[int]) -> list[ComposingRow]:
    """Return the agents with an active lease on one of the tickets, the oldest lease first."""
    now = to_micros(datetime.now(UTC))
    query = select(composing.c.agent, composing.c.since).where(composing.c.ticket.in_(numbers), composing.c.until > now)
    rows = connection.execute(query.order_by(composing.c.since, composing.c.agent))
    return [{"agent": row.agent, "since": rfc3339(row.since)} for row in rows]


def write(connection: Connection, changes: Changes) -> None:
    """Write the changes. Messages and outbox entries must be written before, because these rows refer to them."""
    shown = [
        (clean(agent), message, version)
        for (agent, message), version in sorted(changes.of(MessageChanges).seen.items())
    ]
    insert(connection, seen_messages, shown, "agent message version", on_conflict_update("agent, message", ["version"]))
    accepted = [
        (outbox, content, message) for (outbox, content), message in sorted(changes.of(MessageChanges).accepted.items())
    ]
    insert(connection, notification_answers, accepted, "outbox content message", ON_CONFLICT_DO_NOTHING)
    leases = [
        (key, lease) for key, lease in sorted(changes.of(MessageChanges).composing.items(), key=lambda item: item[0])
    ]
    begun = [
        (ticket, clean(agent), to_micros(lease.since), to_micros(lease.until))
        for (ticket, agent), lease in leases
        if lease is not None and lease.since is not None
    ]
    insert(
        connection,
        composing,
        begun,
        "ticket agent since until",
        on_conflict_update("ticket, agent", ["since", "until"]),
    )
    renewed = [
        (to_micros(lease.until), ticket, clean(agent))
        for (ticket, agent), lease in leases
        if lease is not None and lease.since is None
    ]
    update(connection, composing, renewed, "until", "ticket", "agent")
    ended = [(ticket, clean(agent)) for (ticket, agent), lease in leases if lease is None]
    delete(connection, composing, ended, "ticket agent")
