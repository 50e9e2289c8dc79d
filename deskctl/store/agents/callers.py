"""Read the agents as the permission of a request needs them: every request does this first."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection

from ...core.agents.model import Agent

# Sent directly to the driver, because building this statement would take longer than running it.
_AGENTS = """
    SELECT handle, name, email, login, team FROM agents LEFT JOIN memberships ON agent = handle WHERE active
"""


def active_agents(connection: Connection) -> list[Agent]:
    """Return the active agents, sorted by handle, with their teams and logins but without their other properties."""
    teams: defaultdict[tuple[str, str, str, str | None], set[str]] = defaultdict(set)
    for *agent, team in connection.exec_driver_sql(_AGENTS):
        teams[tuple(agent)].update([team] if team is not None else ())
    found = [
        Agent(handle, name, email, frozenset(joined), login) for (handle, name, email, login), joined in teams.items()
    ]
    return sorted(found, key=lambda agent: agent.handle)
