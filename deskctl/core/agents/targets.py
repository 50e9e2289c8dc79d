"""Resolution of names to agents, teams and tiers, in this order; `agent:`, `team:` and `tier:` select the kind."""

from __future__ import annotations

from collections.abc import Collection

from ...dataclass import dataclass
from ...errors import NotFound
from ...i18n import _
from ..kernel.unit import Unit
from ..tickets.model import Ticket
from ..values.suggestions import did_you_mean
from .model import Agent, Team
from .repository import Agents
from .routing_profile import TIERS


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier of a team."""

    name: str


def resolve(unit: Unit, name: str) -> Agent | Team:
    """Return the agent or team with a name. Raises NotFound with a suggestion."""
    kind, __, rest = name.partition(":")
    if kind in ("agent", "team") and rest:
        found = active_agents(unit).get(rest) if kind == "agent" else Agents.of(unit).teams.get(rest)
    else:
        found = active_agents(unit).get(name) or Agents.of(unit).teams.get(name)
    if found is None:
        names = [*active_agents(unit), *Agents.of(unit).teams]
        if (inactive := Agents.of(unit).agents.get(rest or name)) is not None:
            raise NotFound(
                _("agent {agent} is not active", agent=inactive.handle), _("deskctl agent list shows the active agents")
            )
        raise NotFound(
            _(
                'no agent or team is called "{name}"{suggestion}',
                name=name,
                suggestion=did_you_mean(rest or name, names),
            ),
            _("deskctl agent list and deskctl team list show the names"),
        )
    return found


def resolve_any(unit: Unit, name: str, team: str | None) -> Agent | Team | Tier:
    """Return the agent, the team, or the tier of `team` with a name. Raises NotFound with a suggestion."""
    kind, __, rest = name.partition(":")
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
        return resolve(unit, name)  # raises: the agent is not active
    names = tiers if exact else [*active_agents(unit), *Agents.of(unit).teams, *tiers]
    suggestion = did_you_mean(wanted, names)
    raise NotFound(
        _('no tier is called "{name}"{suggestion}', name=wanted, suggestion=suggestion)
        if exact
        else _('no agent, team or tier is called "{name}"{suggestion}', name=wanted, suggestion=suggestion),
        _(
            "the tiers of {team} are {tiers}; deskctl agent list and deskctl team list show agents and teams",
            team=team or _("the desk"),
            tiers=", ".join(tiers),
        ),
    )


def tiers_of(unit: Unit, team: str | None) -> tuple[str, ...]:
    """Return the tiers of a team, or the default ones, the lowest first."""
    found = Agents.of(unit).teams.get(team or "")
    return (found.plan.tiers if found is not None else ()) or TIERS


def rank(unit: Unit, team: str | None, tier: str | None) -> int:
    """Return the rank of a tier in a team, from 0. No tier, or one that the team does not have, ranks lowest."""
    tiers = tiers_of(unit, team)
    return tiers.index(tier) if tier in tiers else 0


def is_staffed(unit: Unit, team: str | None, tier: str) -> bool:
    """Return True if the team has an active agent in a tier or in a higher one."""
    high = rank(unit, team, tier)
    return any(rank(unit, team, agent.seat.tier) >= high for agent in members(unit, team))


def may_handle(unit: Unit, agent: Agent, ticket: Ticket) -> bool:
    """Return True if an agent's tier is high enough for a ticket.

    If the ticket's tier has no agents, every agent may handle it.
    """
    if ticket.tier is None or not is_staffed(unit, ticket.team, ticket.tier):
        return True
    return rank(unit, ticket.team, agent.seat.tier) >= rank(unit, ticket.team, ticket.tier)


def current_rank(unit: Unit, ticket: Ticket) -> int:
    """Return the rank of the ticket's tier or of its assignee's tier, whichever is higher."""
    owner = Agents.of(unit).agents.get(ticket.assignee or "")
    assignee_rank = 0 if owner is None else rank(unit, ticket.team, owner.seat.tier)
    return max(assignee_rank, rank(unit, ticket.team, ticket.tier))


def tiers_above(unit: Unit, agent: Agent, teams: Collection[str]) -> dict[str | None, frozenset[str]]:
    """Return the tiers above an agent's by team, and by None for tickets without a team.

    The agent may not handle tickets of these tiers. Tiers without agents are left out: every agent may handle them.
    """
    found: dict[str | None, frozenset[str]] = {}
    for team in (None, *sorted(teams)):
        above = tiers_of(unit, team)[rank(unit, team, agent.seat.tier) + 1 :]
        found[team] = frozenset(tier for tier in above if is_staffed(unit, team, tier))
    return found


def agents_for_tier(unit: Unit, team: str | None, tier: str) -> list[Agent]:
    """Return the agents who receive what is escalated to a tier.

    These are the first of the following groups that is not empty: the team's agents in the tier, the team's agents in
    higher tiers, the agents of all teams in the tier, all agents of the team.
    """
    agents, wanted = members(unit, team), rank(unit, team, tier)
    return (
        [agent for agent in agents if agent.seat.tier == tier]
        or [agent for agent in agents if rank(unit, team, agent.seat.tier) >= wanted > 0]
        or [agent for agent in members(unit, None) if agent.seat.tier == tier]
        or agents
    )


def active_agents(unit: Unit) -> dict[str, Agent]:
    """Return the active agents by handle."""
    return {handle: agent for handle, agent in Agents.of(unit).agents.items() if agent.active}


def members(unit: Unit, team: str | None) -> list[Agent]:
    """Return the active agents of a team, sorted by handle; of all teams if `team` is None."""
    return [a for __, a in sorted(active_agents(unit).items()) if team is None or team in a.teams]
