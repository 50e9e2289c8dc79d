"""Agents and teams, with how much each has to do."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Column, Connection, func, select, text

from ...core.queries.admin import ListAgents, ListTeams
from ...core.queries.answers import AgentRow, BlockRow, TeamRow
from ..tables import agents, blocks, memberships, teams, tickets
from ..tables.tickets import ACTIVE


def list_agents(connection: Connection, query: ListAgents) -> list[AgentRow]:
    """By handle; inactive ones only with `all`."""
    joined: defaultdict[str, list[str]] = defaultdict(list)
    for agent, team in connection.execute(select(memberships.c.agent, memberships.c.team)):
        joined[agent].append(team)
    load = _active_by(connection, tickets.c.assignee)
    found = [row for row in connection.execute(select(agents)) if row.active or query.all]
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
        }
        for row in sorted(found, key=lambda row: row.handle)
    ]


def list_teams(connection: Connection, query: ListTeams) -> list[TeamRow]:
    """By handle."""
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
        }
        for row in sorted(connection.execute(select(teams)), key=lambda row: row.handle)
    ]


def list_blocks(connection: Connection) -> list[BlockRow]:
    """In alphabetical order."""
    return [{"pattern": pattern} for pattern in sorted(connection.execute(select(blocks.c.pattern)).scalars())]


def _active_by(connection: Connection, column: Column[str | None]) -> dict[str | None, int]:
    query = select(column, func.count()).where(text(ACTIVE), column.is_not(None)).group_by(column)
    return dict(connection.execute(query).all())
