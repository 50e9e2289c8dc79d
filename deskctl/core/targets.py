"""Whom a name means: an agent first, then a team, then a tier; `agent:`, `team:` and `tier:` say it exactly."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import NotFound
from .people import Agent, Team
from .routing.model import TIERS
from .suggest import did_you_mean
from .unit import Unit


@dataclass(frozen=True, slots=True)
class Tier:
    """Those of a team who can do so much."""

    name: str


def resolve(unit: Unit, name: str) -> Agent | Team:
    """An agent or a team. Raises NotFound, with whoever comes near."""
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


def resolve_any(unit: Unit, name: str, team: str | None) -> Agent | Team | Tier:
    """An agent, a team, or a tier of `team`. Raises NotFound, with whoever comes near."""
    kind, _, rest = name.partition(":")
    exact = kind in ("agent", "team", "tier") and rest
    if not exact and (name in active_agents(unit) or name in unit.teams):
        return resolve(unit, name)
    tiers = tiers_of(unit, team)
    wanted = rest if exact else name
    if kind != "tier" and exact:
        return resolve(unit, name)
    if wanted in tiers:
        return Tier(wanted)
    names = tiers if exact else [*active_agents(unit), *unit.teams, *tiers]
    what = "tier" if exact else "agent, team or tier"
    raise NotFound(
        f"no {what} is called “{wanted}”{did_you_mean(wanted, names)}",
        f"tiers of {team or 'the desk'}: {', '.join(tiers)}; deskctl agent list and deskctl team list show the others",
    )


def tiers_of(unit: Unit, team: str | None) -> tuple[str, ...]:
    """The lowest first."""
    found = unit.teams.get(team or "")
    return (found.plan.tiers if found is not None else ()) or TIERS


def in_tier(unit: Unit, team: str | None, tier: str) -> list[Agent]:
    """Those of a team in a tier; of all teams where there is none in it."""
    own = [agent for agent in members(unit, team) if agent.seat.tier == tier]
    return own or [agent for agent in members(unit, None) if agent.seat.tier == tier]


def active_agents(unit: Unit) -> dict[str, Agent]:
    return {handle: agent for handle, agent in unit.agents.items() if agent.active}


def members(unit: Unit, team: str | None) -> list[Agent]:
    """The active agents of a team, all of them when `team` is None, by handle."""
    return [a for _, a in sorted(active_agents(unit).items()) if team is None or team in a.teams]
