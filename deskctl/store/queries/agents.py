"""Queries for agents and teams, with their workload."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, func, select, text

from ...core.agents.queries import ListAgents, ListTeams
from ...core.agents.routing_profile import RoutingPlan
from ...core.messages.queries import ListBlocks
from ...core.routing.model import Presence
from .. import documents, routing
from ..moments import maybe_rfc3339, maybe_to_micros
from ..tables import agents, blocks, memberships, teams, tickets
from ..tables.tickets import ACTIVE
from .reader import Answers

if TYPE_CHECKING:
    from ...core.agents.views import AgentRow, NotificationPreferencesPart, RoutingPlanPart, RoutingProfilePart, TeamRow
    from ...core.messages.views import BlockRow


def list_agents(connection: Connection, query: ListAgents) -> list[AgentRow]:
    """Return agents sorted by handle; inactive ones only with `all`."""
    joined: defaultdict[str, list[str]] = defaultdict(list)
    for agent, team in connection.execute(select(memberships.c.agent, memberships.c.team)):
        joined[agent].append(team)
    load = _active_by(connection, tickets.c.assignee)
    presences, now = {p.agent: p for p in routing.presences(connection)}, datetime.now(UTC)
    found = [row for row in connection.execute(select(agents)) if row.active or query.all]
    loads: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (agent, channel), count in sorted(routing.loads(connection, [row.handle for row in found]).items()):
        loads[agent][channel] = count
    return [
        {
            "handle": row.handle,
            "name": row.name,
            "email": row.email,
            "teams": sorted(joined[row.handle]),
            "login": row.login,
            "active": row.active,
            "signature": row.signature,
            "open": load.get(row.handle, 0),
            **_seat(row.seat, presences.get(row.handle) or Presence(row.handle), now),
            **_reach(row.reach),
            "load": loads[row.handle],
        }
        for row in sorted(found, key=lambda row: row.handle)
    ]


def list_teams(connection: Connection, query: ListTeams) -> list[TeamRow]:
    """Return teams sorted by handle."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    active = select(memberships.c.team, memberships.c.agent).join(agents, agents.c.handle == memberships.c.agent)
    for team, agent in connection.execute(active.where(agents.c.active)):
        members[team].append(agent)
    load = _active_by(connection, tickets.c.team)
    return [
        {
            "handle": row.handle,
            "name": row.name,
            "agents": sorted(members[row.handle]),
            "signature": row.signature,
            "open": load.get(row.handle, 0),
            **_plan(documents.plan(row.plan)),
        }
        for row in sorted(connection.execute(select(teams)), key=lambda row: row.handle)
    ]


def _seat(stored: str | None, presence: Presence, now: datetime) -> RoutingProfilePart:
    seat, state = documents.seat(stored), presence.at(now)
    ends = presence.until if presence.until is not None and presence.until > now else None
    return {
        "tier": seat.tier,
        "skills": sorted(seat.skills),
        "channels": list(seat.channels),
        "capacity": dict(seat.capacity),
        "surge": seat.surge,
        "presence": state.value,
        "until": maybe_rfc3339(maybe_to_micros(ends)),
        "moved": presence.moved,
    }


def _reach(stored: str | None) -> NotificationPreferencesPart:
    reach = documents.reach(stored)
    return {
        "notify": reach.notify or None,
        "quiet": reach.quiet or None,
        "timezone": reach.timezone,
        "urgent_anyway": reach.waking,
    }


def _plan(plan: RoutingPlan) -> RoutingPlanPart:
    return {
        "route": plan.strategy.value,
        "tiers": list(plan.tiers),
        "model": plan.model.value,
        "cap_per_tick": plan.cap,
        "tick": int(plan.tick.total_seconds()),
        "relax_after": None if plan.relax_after is None else int(plan.relax_after.total_seconds()),
        "weights": dict(plan.weights),
        "surge_queue": dict(plan.surge_queue),
        "surge_wait": {channel: int(length.total_seconds()) for channel, length in plan.surge_wait.items()},
    }


def list_blocks(connection: Connection) -> list[BlockRow]:
    """Return blocked senders in alphabetical order."""
    return [{"pattern": pattern} for pattern in sorted(connection.execute(select(blocks.c.pattern)).scalars())]


def _active_by(connection: Connection, column: Column[str | None]) -> dict[str | None, int]:
    query = select(column, func.count()).where(text(ACTIVE), column.is_not(None)).group_by(column)
    return dict(connection.execute(query).all())


ANSWERS: Answers = {
    ListAgents: lambda reader, query: list_agents(reader.connection, query),
    ListTeams: lambda reader, query: list_teams(reader.connection, query),
    ListBlocks: lambda reader, query: list_blocks(reader.connection),
}
