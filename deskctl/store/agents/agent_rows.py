"""Convert agents and teams to rows, and rows back to objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...core.agents.model import Agent, Team
from ..documents import (
    plan,
    plan_json,
    reach,
    reach_json,
    seat,
    seat_json,
)
from ..encoding import clean

AGENT_COLUMNS = "handle name email login active signature seat reach"
TEAM_COLUMNS = "handle name signature plan"


def agent_values(agent: Agent) -> tuple[Any, ...]:
    return (
        agent.handle,
        clean(agent.name),
        clean(agent.email),
        agent.login,
        agent.active,
        clean(agent.signature),
        seat_json(agent.seat),
        reach_json(agent.reach),
    )


def agent(row: Any, teams: Iterable[str]) -> Agent:
    return Agent(
        row.handle,
        row.name,
        row.email,
        frozenset(teams),
        row.login,
        row.active,
        row.signature,
        seat(row.seat),
        reach(row.reach),
    )


def team_values(team: Team) -> tuple[Any, ...]:
    return team.handle, clean(team.name), clean(team.signature), plan_json(team.plan)


def team(row: Any) -> Team:
    return Team(row.handle, row.name, row.signature, plan(row.plan))
