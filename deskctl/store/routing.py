"""Store presences and turns, and query loads and queues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select, text, tuple_

from ..core.routing.model import Presence, QueuedTicket, State, Turn
from ..core.routing.repository import RoutingChanges
from .moments import from_micros, maybe_from_micros, maybe_to_micros, to_micros
from .statements import ON_CONFLICT_DO_NOTHING, delete, insert, on_conflict_update, select_rows
from .tables import presences as presence_table
from .tables import ticket_tags, tickets, turns, unattended
from .tables.tickets import ACTIVE, QUEUED

PRESENCE_COLUMNS = "agent state since until moved moved_by"
TURN_COLUMNS = "agent channel at began given"


def presences(connection: Connection) -> Iterator[Presence]:
    for row in connection.execute(select(presence_table)):
        yield Presence(
            row.agent,
            State(row.state),
            maybe_from_micros(row.since),
            maybe_from_micros(row.until),
            row.moved,
            row.moved_by,
        )


def turns_of(connection: Connection, agents: Collection[str]) -> Iterator[Turn]:
    for row in select_rows(connection, turns, TURN_COLUMNS, "agent", [(agent,) for agent in agents]):
        yield Turn(row.agent, row.channel, from_micros(row.at), from_micros(row.began), row.given)


def loads(connection: Connection, agents: Collection[str]) -> Mapping[tuple[str, str], int]:
    query = (
        select(tickets.c.assignee, tickets.c.channel, func.count())
        .where(text(ACTIVE), tickets.c.assignee.in_(sorted(agents)), tickets.c.status.in_(("new", "open")))
        .group_by(tickets.c.assignee, tickets.c.channel)
    )
    return {(agent, channel): count for agent, channel, count in connection.execute(query)}


def waiting(
    connection: Connection, team: str, limit: int, after: tuple[datetime, int] | None, besides: str | None
) -> Sequence[QueuedTicket]:
    wanted: list[Any] = [text(f"tickets.{QUEUED.replace('status', 'tickets.status')}"), tickets.c.team == team]
    if after is not None:
        place = (to_micros(after[0]), after[1])
        wanted += [tickets.c.queue_at >= place[0], tuple_(tickets.c.queue_at, tickets.c.number) > tuple_(*place)]
    if besides is not None:
        wanted.append(or_(tickets.c.waits.is_(None), tickets.c.waits != besides))
    order = (tickets.c.queue_at, tickets.c.number)
    rows = connection.execute(select(tickets).where(*wanted).order_by(*order).limit(limit)).all()
    return waiting_rows(connection, rows)


def waiting_rows(connection: Connection, rows: Sequence[Any]) -> list[QueuedTicket]:
    """Return queued tickets from rows, with their tags and the assignees of the tickets they follow."""
    tags: defaultdict[int, set[str]] = defaultdict(set)
    for row in select_rows(connection, ticket_tags, "ticket tag", "ticket", [(row.number,) for row in rows]):
        tags[row.ticket].add(row.tag)
    followed = sorted({row.follows for row in rows if row.follows is not None})
    owners = {
        row.number: row.assignee
        for row in select_rows(connection, tickets, "number assignee", "number", [(number,) for number in followed])
    }
    return [
        QueuedTicket(
            row.number,
            row.channel,
            row.language,
            frozenset(tags.get(row.number, ())),
            row.tier,
            row.declined,
            row.former or owners.get(row.follows),
            row.waits,
            from_micros(row.waiting_since if row.waiting_since is not None else row.created_at),
            from_micros(row.queue_at),
        )
        for row in rows
    ]


def busy(connection: Connection, team: str) -> Mapping[str, tuple[int, datetime]]:
    since = func.min(func.coalesce(tickets.c.waiting_since, tickets.c.created_at))
    query = (
        select(tickets.c.channel, func.count(), since)
        .where(text(QUEUED), tickets.c.team == team)
        .group_by(tickets.c.channel)
    )
    return {channel: (count, from_micros(first)) for channel, count, first in connection.execute(query)}


def is_unattended(connection: Connection, team: str) -> bool:
    return connection.execute(select(unattended.c.team).where(unattended.c.team == team)).first() is not None


def write_routing(connection: Connection, changes: RoutingChanges) -> None:
    rows = [
        (p.agent, p.state.value, maybe_to_micros(p.since), maybe_to_micros(p.until), p.moved, p.moved_by)
        for _, p in sorted(changes.presences.items())
    ]
    on_conflict = on_conflict_update("agent", PRESENCE_COLUMNS.split()[1:])
    insert(connection, presence_table, rows, PRESENCE_COLUMNS, on_conflict)
    turn_rows = [
        (t.agent, t.channel, to_micros(t.at), to_micros(t.began), t.given) for _, t in sorted(changes.turns.items())
    ]
    insert(connection, turns, turn_rows, TURN_COLUMNS, on_conflict_update("agent, channel", ["at", "began", "given"]))
    unattended_rows = [
        (team, to_micros(since)) for team, since in sorted(changes.unattended.items()) if since is not None
    ]
    insert(connection, unattended, unattended_rows, "team since", ON_CONFLICT_DO_NOTHING)
    delete(connection, unattended, [(t,) for t, since in sorted(changes.unattended.items()) if since is None], "team")
