"""Whom a name means: an agent first, then a team; `agent:` and `team:` say it exactly."""

from __future__ import annotations

from ..errors import NotFound
from .people import Agent, Team
from .suggest import did_you_mean
from .unit import Unit


def resolve(unit: Unit, name: str) -> Agent | Team:
    """Raises NotFound, with whoever comes near."""
    kind, _, rest = name.partition(":")
    if kind in ("agent", "team") and rest:
        found = active_agents(unit).get(rest) if kind == "agent" else unit.teams.get(rest)
    else:
        found = active_agents(unit).get(name) or unit.teams.get(name)
    if found is None:
        names = [*active_agents(unit), *unit.teams]
        raise NotFound(
            f"no agent or team is called “{name}”{did_you_mean(rest or name, names)}",
            "deskctl agent list and deskctl team list show who there is",
        )
    return found


def active_agents(unit: Unit) -> dict[str, Agent]:
    return {handle: agent for handle, agent in unit.agents.items() if agent.active}


def members(unit: Unit, team: str | None) -> list[Agent]:
    """The active agents of a team, all of them when `team` is None, by handle."""
    return [a for _, a in sorted(active_agents(unit).items()) if team is None or team in a.teams]
