"""Read the agents as the permission of a request needs them: every request does this first."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection

from ...core.agents.model import Agent

# Sent directly to the driver, because building these statements would take longer than running them.
_AGENTS = "SELECT handle, name, email, login FROM agents WHERE active"
_MEMBERSHIPS = "SELECT agent, team FROM memberships"


def active_agents(connection: Connection) -> list[Agent]:
    """Return the active agents, sorted by handle, with their teams and logins but without their other properties."""
    teams: defaultdict[str, list[str]] = defaultdict(list)
    for agent, team in connection.exec_driver_sql(_MEMBERSHIPS):
        teams[agent].append(team)
    return [
        Agent(handle, name, email, frozenset(teams[handle]), login)
        for handle, name, email, login in sorted(connection.exec_driver_sql(_AGENTS).all(), key=lambda row: row.handle)
    ]
