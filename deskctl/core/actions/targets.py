"""Agents, teams and tiers as values of actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...errors import NotFound, Refused, UsageError
from ...i18n import _
from ..agents.repository import Agents
from ..agents.targets import tiers_of
from ..kernel.unit import Unit
from ..values.suggestions import did_you_mean

#: The kinds of names that a target can have.
KINDS: Final = ("agent", "team", "tier")
#: Additional target of `escalate`: the tier above that of the ticket or its assignee.
NEXT: Final = "next"
#: Additional targets of `notify`: the assignee, and the whole team of the ticket.
OWNER: Final = "owner"
TEAM: Final = "team"


def target_check(
    action: str, kinds: tuple[str, ...] = KINDS, words: frozenset[str] = frozenset()
) -> Callable[[Unit, str], None]:
    """Return the check that a value of `action` names an existing target of these kinds, or is one of `words`."""

    def check(unit: Unit, value: str) -> None:
        agents = {handle for handle, agent in Agents.of(unit).agents.items() if agent.active}
        tiers = {tier for team in (None, *Agents.of(unit).teams) for tier in tiers_of(unit, team)}
        by_kind = {"agent": agents, "team": set(Agents.of(unit).teams), "tier": tiers}
        kind, sign, rest = value.rpartition(":")
        if sign and (kind not in kinds or kinds == ("team",)):
            raise UsageError(
                _('{action} does not accept "{prefix}"', action=action, prefix=f"{kind}:"),
                _("give the name of a team, without a prefix")
                if kinds == ("team",)
                else _("give a name alone, or as {forms}", forms=", ".join(f"{k}:NAME" for k in kinds)),
            )
        if rest in Agents.of(unit).agents and rest not in agents and kind in ("", "agent"):
            raise Refused(_("agent {agent} is deactivated", agent=rest), _("give an active agent, a team or a tier"))
        known = by_kind[kind] if sign else set().union(*(by_kind[k] for k in kinds), words)
        if rest not in known:
            names = {"name": rest, "suggestion": did_you_mean(rest, known)}
            raise NotFound(
                _no_target(kind if sign else "", kinds, names), _("known: {names}", names=", ".join(sorted(known)))
            )

    return check


def _no_target(kind: str, kinds: tuple[str, ...], names: dict[str, str]) -> str:
    """Return the message that no agent, team or tier has a name; `kind` is the prefix that was given, or ""."""
    if kind == "agent":
        return _('no agent is called "{name}"{suggestion}', **names)
    if kind == "team" or kinds == ("team",):
        return _('no team is called "{name}"{suggestion}', **names)
    if kind == "tier":
        return _('no tier is called "{name}"{suggestion}', **names)
    if "tier" in kinds:
        return _('no agent, team or tier is called "{name}"{suggestion}', **names)
    return _('no agent or team is called "{name}"{suggestion}', **names)
