"""Queries for the tickets to work on next, in queue order."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, or_, select, text

from ....core.agents.model import Agent
from ....core.agents.routing_profile import TIERS, RoutingPlan
from ....core.kernel.settings import Settings
from ....core.routing.queries import ShowQueue
from ....core.shifts.queries import ListHandovers
from ....core.tickets.approvals import deciders_among
from ... import documents
from ...agents import agent_rows
from ...moments import rfc3339, to_micros
from ...tables import agents, memberships, teams, tickets
from ...tables.tickets import ACTIVE, OPEN, QUEUED
from ..parameters import known_agent, known_team, moment
from ..reader import Answers
from ..shifts import list_handovers
from .ticket_list import ticket_rows

if TYPE_CHECKING:
    from ....core.routing.views import ApprovalRow, QueueDocument, QueueRow

#: A ticket that is due in less time is marked as due soon.
SOON = timedelta(hours=1)
#: Approvals that are shown above the queue.
_MOST_APPROVALS = 20
#: Tickets that are counted beyond those that are shown.
_MOST_COUNTED = 1000
_OPENS = tickets.c.status.in_(("new", "open"))
_ORDER = (tickets.c.queue_at, tickets.c.number)


def show_queue(connection: Connection, query: ShowQueue, settings: Settings) -> QueueDocument:
    """Return the queue. Raises NotFound and UsageError."""
    now = moment(query.now, settings)
    if query.reader is not None:
        known_agent(connection, query.reader)
    reader_teams = _teams(connection, query, settings)
    reach = {} if query.reader is None else higher_tiers(connection, query.reader, reader_teams)
    places: dict[int, tuple[int, int]] = {}
    total = 0
    for number, condition in enumerate(_conditions(query, reach)):
        found = select(tickets.c.number, tickets.c.queue_at).where(*condition).order_by(*_ORDER).limit(query.limit)
        some = connection.execute(found).all()
        for row in some:
            places.setdefault(row.number, (number if query.mine else 0, row.queue_at))
        total += len(some) if len(some) < query.limit else _count(connection, condition, query.limit)
    first = sorted(places, key=lambda number: (*places[number], number))[: query.limit]
    return {
        "now": rfc3339(to_micros(now)),
        "tickets": _rows(connection, first, places, settings, now),
        "more": max(0, total - len(first)) if total < query.limit + _MOST_COUNTED else None,
        "approvals": _approvals(connection, query, reader_teams),
        "handovers": []
        if query.reader is None
        else list_handovers(connection, ListHandovers(query.reader, query.team, unread=True)),
    }


def _count(connection: Connection, condition: list[Any], shown: int) -> int:
    """Return the number of tickets that meet a condition, at most _MOST_COUNTED more than are shown."""
    some = select(tickets.c.number).where(*condition).limit(shown + _MOST_COUNTED).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def higher_tiers(connection: Connection, reader: str, reader_teams: list[str]) -> dict[str | None, list[str]]:
    """Return the tiers above the reader's for each of the reader's teams, and None for no team.

    The reader does not get tickets that were escalated to these tiers.
    """
    profile = connection.execute(select(agents.c.seat).where(agents.c.handle == reader)).scalar_one_or_none()
    tier = documents.seat(profile).tier
    plans, people = _plans(connection), _people(connection).values()
    found: dict[str | None, list[str]] = {}
    for team in (None, *reader_teams):
        plan = plans[team]
        top = max((plan.rank(a.seat.tier) for a in people if team is None or team in a.teams), default=0)
        # Tiers above every agent's tier are open to everyone.
        found[team] = list((plan.tiers or TIERS)[plan.rank(tier) + 1 : top + 1])
    return found


def _unassigned(team: str | None, excluded_tiers: list[str]) -> list[Any]:
    """Return the condition for unassigned tickets of a team, or of none, without tickets escalated to these tiers."""
    of_team = tickets.c.team.is_(None) if team is None else tickets.c.team == team
    return [text(QUEUED), of_team, or_(tickets.c.tier.is_(None), tickets.c.tier.not_in(excluded_tiers))]


def _conditions(query: ShowQueue, reach: dict[str | None, list[str]]) -> list[list[Any]]:
    """Return conditions that select disjoint sets of tickets, each of which uses an index."""
    if query.mine:
        mine = [text(ACTIVE), tickets.c.assignee == query.reader]
        if query.team is not None:
            mine.append(tickets.c.team == query.team)
        return [[*mine, _OPENS], [*mine, ~_OPENS]]
    if query.free:
        return [[text(QUEUED), *([] if query.team is None else [tickets.c.team == query.team])]]
    if query.team is not None:
        return [[text(OPEN), tickets.c.team == query.team]]
    if query.reader is None:
        return [[text(ACTIVE), _OPENS]]
    return [
        [text(ACTIVE), _OPENS, tickets.c.assignee == query.reader],
        *(_unassigned(team, excluded_tiers) for team, excluded_tiers in reach.items()),
    ]


def _teams(connection: Connection, query: ShowQueue, settings: Settings) -> list[str]:
    """Return the reader's teams. Raises NotFound for a team that does not exist."""
    if query.team is not None:
        known_team(connection, query.team, settings)
    mine = select(memberships.c.team).where(memberships.c.agent == query.reader).order_by(memberships.c.team)
    return list(connection.execute(mine).scalars()) if query.reader is not None else []


def _rows(
    connection: Connection, numbers: list[int], places: dict[int, tuple[int, int]], settings: Settings, now: datetime
) -> list[QueueRow]:
    found: list[QueueRow] = []
    for row in ticket_rows(connection, numbers, settings, now):
        due = None if row["due_at"] is None else datetime.fromisoformat(row["due_at"])
        overdue = row["sla"] == "breached" or (due is not None and due <= now)
        soon = not overdue and (row["sla"] == "warned" or (due is not None and due <= now + SOON))
        found.append({**row, "queue_at": rfc3339(places[row["number"]][1]), "overdue": overdue, "soon": soon})
    return found


def _approvals(connection: Connection, query: ShowQueue, reader_teams: list[str]) -> list[ApprovalRow]:
    """Return the tickets that wait for approval; for a reader, those that the reader can approve."""
    wanted: list[Any] = [text("approval IS NOT NULL"), tickets.c.status.not_in(("solved", "closed", "merged"))]
    if query.team is not None:
        wanted.append(tickets.c.team == query.team)
    columns = (tickets.c.number, tickets.c.subject, tickets.c.approval, tickets.c.team)
    rows = connection.execute(select(*columns).where(*wanted).order_by(tickets.c.number)).all()
    if query.reader is not None and query.team is None and rows:
        people, plans = _people(connection), _plans(connection)
        rows = [
            row
            for row in rows
            if query.reader
            in deciders_among(plans.get(row.team) or RoutingPlan(), people.values(), row.team, people.get(row.approval))
        ]
    return [{"number": row.number, "subject": row.subject, "asked_by": row.approval} for row in rows[:_MOST_APPROVALS]]


def _people(connection: Connection) -> dict[str, Agent]:
    joined: defaultdict[str, list[str]] = defaultdict(list)
    for agent, team in connection.execute(select(memberships.c.agent, memberships.c.team)):
        joined[agent].append(team)
    rows = connection.execute(select(agents).where(agents.c.active).order_by(agents.c.handle))
    return {row.handle: agent_rows.agent(row, joined[row.handle]) for row in rows}


def _plans(connection: Connection) -> dict[str | None, RoutingPlan]:
    named = connection.execute(select(teams.c.handle, teams.c.plan))
    return {None: RoutingPlan(), **{row.handle: documents.plan(row.plan) for row in named}}


ANSWERS: Answers = {
    ShowQueue: lambda reader, query: show_queue(reader.connection, query, reader.settings),
}
