"""Whom a name means: an agent first, then a team, then a tier; `agent:`, `team:` and `tier:` say it exactly."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ...errors import NotFound
from ..kernel.unit import Unit
from ..tickets.model import Ticket
from ..values.suggestions import did_you_mean
from .model import Agent, Team
from .repository import Agents
from .routing_profile import TIERS


@dataclass(frozen=True, slots=True)
class Tier:
    """Those of a team who can do so much."""

    name: str


def resolve(unit: Unit, name: str) -> Agent | Team:
    """An agent or a team. Raises NotFound, with whoever comes near."""
    kind, _, rest = name.partition(":")
    if kind in ("agent", "team") and rest:
        found = active_agents(unit).get(rest) if kind == "agent" else Agents.of(unit).teams.get(rest)
    else:
        found = active_agents(unit).get(name) or Agents.of(unit).teams.get(name)
    if found is None:
        names = [*active_agents(unit), *Agents.of(unit).teams]
        if (gone := Agents.of(unit).agents.get(rest or name)) is not None:
            raise NotFound(f"{gone.handle} has left", "deskctl agent list shows who is there")
        raise NotFound(
            f"no agent or team is called “{name}”{did_you_mean(rest or name, names)}",
            "deskctl agent list and deskctl team list show who there is",
        )
    return found


def resolve_any(unit: Unit, name: str, team: str | None) -> Agent | Team | Tier:
    """An agent, a team, or a tier of `team`. Raises NotFound, with whoever comes near."""
    kind, _, rest = name.partition(":")
    exact = kind in ("agent", "team", "tier") and rest
    if not exact and (name in active_agents(unit) or name in Agents.of(unit).teams):
        return resolve(unit, name)
    tiers = tiers_of(unit, team)
    wanted = rest if exact else name
    if kind != "tier" and exact:
        return resolve(unit, name)
    if wanted in tiers:
        return Tier(wanted)
    if not exact and wanted in Agents.of(unit).agents:
        return resolve(unit, name)  # who has left
    names = tiers if exact else [*active_agents(unit), *Agents.of(unit).teams, *tiers]
    what = "tier" if exact else "agent, team or tier"
    raise NotFound(
        f"no {what} is called “{wanted}”{did_you_mean(wanted, names)}",
        f"tiers of {team or 'the desk'}: {', '.join(tiers)}; deskctl agent list and deskctl team list show the others",
    )


def tiers_of(unit: Unit, team: str | None) -> tuple[str, ...]:
    """The lowest first."""
    found = Agents.of(unit).teams.get(team or "")
    return (found.plan.tiers if found is not None else ()) or TIERS


def rank(unit: Unit, team: str | None, tier: str | None) -> int:
    """The place of a tier in a team, from 0; none, or one that the team does not know, is the lowest."""
    tiers = tiers_of(unit, team)
    return tiers.index(tier) if tier in tiers else 0


def is_staffed(unit: Unit, team: str | None, tier: str) -> bool:
    """Whether somebody of the team is of a tier, or of a higher one."""
    high = rank(unit, team, tier)
    return any(rank(unit, team, agent.seat.tier) >= high for agent in members(unit, team))


def may_handle(unit: Unit, agent: Agent, ticket: Ticket) -> bool:
    """Whether an agent's tier is high enough for a ticket. What was escalated to nobody is everybody's."""
    if ticket.tier is None or not is_staffed(unit, ticket.team, ticket.tier):
        return True
    return rank(unit, ticket.team, agent.seat.tier) >= rank(unit, ticket.team, ticket.tier)


def current_rank(unit: Unit, ticket: Ticket) -> int:
    """How far up a ticket is: at the tier that it was escalated to, or at its owner's, whichever is higher."""
    owner = Agents.of(unit).agents.get(ticket.assignee or "")
    own = 0 if owner is None else rank(unit, ticket.team, owner.seat.tier)
    return max(own, rank(unit, ticket.team, ticket.tier))


def tiers_above(unit: Unit, agent: Agent, teams: Collection[str]) -> dict[str | None, frozenset[str]]:
    """By team, and None for tickets of none, the tiers above an agent, whose tickets are not theirs; one that nobody is
    of is nobody's."""
    found: dict[str | None, frozenset[str]] = {}
    for team in (None, *sorted(teams)):
        above = tiers_of(unit, team)[rank(unit, team, agent.seat.tier) + 1 :]
        found[team] = frozenset(tier for tier in above if is_staffed(unit, team, tier))
    return found


def agents_for_tier(unit: Unit, team: str | None, tier: str) -> list[Agent]:
    """Those of a team in a tier; without any, those above it; else those of all teams in it; where nobody is, the
    team."""
    own, high = members(unit, team), rank(unit, team, tier)
    return (
        [agent for agent in own if agent.seat.tier == tier]
        or [agent for agent in own if rank(unit, team, agent.seat.tier) >= high > 0]
        or [agent for agent in members(unit, None) if agent.seat.tier == tier]
        or own
    )


def active_agents(unit: Unit) -> dict[str, Agent]:
    return {handle: agent for handle, agent in Agents.of(unit).agents.items() if agent.active}


def members(unit: Unit, team: str | None) -> list[Agent]:
    """The active agents of a team, all of them when `team` is None, by handle."""
    return [a for _, a in sorted(active_agents(unit).items()) if team is None or team in a.teams]
