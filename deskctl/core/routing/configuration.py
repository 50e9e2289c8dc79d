"""Parse and check the routing settings of agents and teams."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from ...errors import UsageError
from ...i18n import _
from ..agents import commands as agent_commands
from ..agents import targets
from ..agents.model import Agent, Team
from ..agents.repository import Agents
from ..agents.routing_profile import ANY, DEDICATED_MODEL_FROM, TIERS, Model, RoutingPlan, RoutingProfile, Strategy
from ..kernel.unit import Unit
from ..messages.channels import Channels
from ..sla.repository import Sla
from ..values.durations import parse_wait
from ..values.suggestions import did_you_mean
from .model import State
from .repository import Routing

_WORD = re.compile(r"[\w][\w.+-]{0,63}\Z")
#: Channel types that a desk can add later; they produce no warning about an unknown channel.
_KINDS = ("email", "phone", "chat", "telegram", "manual")
_MOST = 100_000

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def changed_profile(seat: RoutingProfile, command: agent_commands.ChangeAgent) -> RoutingProfile:
    """Return an agent's routing attributes with the changes of a command. Raises UsageError."""
    capacity = seat.capacity
    if command.capacity is not None:
        capacity = _by_channel(command.capacity, "--capacity", _capacity, capacity)
    return RoutingProfile(
        seat.tier if command.tier is None else _maybe_word(command.tier, "--tier"),
        seat.skills if command.skills is None else frozenset(_words(command.skills, "--skills")),
        seat.channels if command.channels is None else tuple(dict.fromkeys(_words(command.channels, "--channels"))),
        capacity,
        seat.surge if command.surge is None else command.surge,
    )


def changed_plan(plan: RoutingPlan, command: agent_commands.ChangeTeam) -> RoutingPlan:
    """Return a team's routing settings with the changes of a command. Raises UsageError."""
    changed = plan
    if command.route is not None:
        changed = replace(changed, strategy=_one_of(Strategy, command.route, "--route"))
    if command.model is not None:
        changed = replace(changed, model=_one_of(Model, command.model, "--model"))
    if command.tiers is not None:
        changed = replace(changed, tiers=_tiers(command.tiers))
    if command.cap_per_tick is not None:
        changed = replace(changed, cap=_count(str(command.cap_per_tick), "--cap-per-tick"))
    if command.tick is not None:
        changed = replace(changed, tick=parse_wait(command.tick, "--tick"))
    if command.relax_after is not None:
        never = command.relax_after in ("never", "")
        changed = replace(changed, relax_after=None if never else parse_wait(command.relax_after, "--relax-after"))
    return replace(
        changed,
        weights=_by_channel(command.weights, "--weight", _count, plan.weights),
        surge_queue=_by_channel(command.surge_queue, "--surge-queue", _count, plan.surge_queue),
        surge_wait=_by_channel(command.surge_wait, "--surge-wait", _length, plan.surge_wait),
    )


def agent_remarks(unit: Unit, agent: Agent) -> Iterator[str]:
    """Yield warnings about settings of an agent that are valid but probably a mistake."""
    yield from _unknown_channels(unit, (*agent.seat.channels, *agent.seat.capacity))
    for handle in sorted(agent.teams):
        tiers = Agents.of(unit).teams[handle].plan.tiers or TIERS
        if agent.seat.tier is not None and agent.seat.tier not in tiers:
            yield _(
                "team {team} has no tier {tier}{suggestion}; in that team the agent counts as {lowest}",
                team=handle,
                tier=agent.seat.tier,
                suggestion=did_you_mean(agent.seat.tier, tiers),
                lowest=tiers[0],
            )
    if agent.seat.channels:
        beside = [c for c in agent.seat.capacity if c != ANY and c not in agent.seat.channels]
        if beside:
            yield _(
                "a capacity for {channels} has no effect: the agent works on {served} only",
                channels=", ".join(beside),
                served=", ".join(agent.seat.channels),
            )


def team_remarks(unit: Unit, team: Team) -> Iterator[str]:
    """Yield warnings about settings of a team that are valid but probably a mistake."""
    plan = team.plan
    yield from _unknown_channels(unit, (*plan.weights, *plan.surge_queue, *plan.surge_wait))
    agents = targets.members(unit, team.handle)
    yield from _unknown_tiers(unit, team, agents)
    if not plan.routed:
        return
    if agents and not any(Routing.of(unit).presence(agent.handle).at(unit.now) is State.ONLINE for agent in agents):
        yield _("no agent of the team is online; tickets are assigned once an agent runs deskctl agent online")
    if not agents:
        yield _("team {team} has no agents; add one with deskctl agent set AGENT --join {team}", team=team.handle)
    if len(agents) > DEDICATED_MODEL_FROM and plan.model is Model.SHARED:
        yield _("with {count} agents, one channel for each agent works better: --model dedicated", count=len(agents))
    if (plan.surge_queue or plan.surge_wait) and agents and not any(agent.seat.surge for agent in agents):
        yield _("no agent allows moves to another channel yet: deskctl agent set AGENT --surge yes")


def _unknown_tiers(unit: Unit, team: Team, agents: Iterable[Agent]) -> Iterator[str]:
    """Yield warnings about agents and SLA steps that name a tier the team does not have."""
    tiers = team.plan.tiers or TIERS
    for agent in agents:
        if agent.seat.tier is not None and agent.seat.tier not in tiers:
            yield _(
                "{agent} is in tier {tier}, which the team does not have: in this team the agent counts as {lowest}",
                agent=agent.handle,
                tier=agent.seat.tier,
                lowest=tiers[0],
            )
    anywhere = {tier for other in (None, *Agents.of(unit).teams) for tier in targets.tiers_of(unit, other)}
    for policy in Sla.of(unit).book.current_policies:
        for step in policy.steps:
            for what, value in step.then:
                kind, _colon, name = value.rpartition(":")
                known = (
                    {*anywhere, "next"}
                    if kind
                    else {*anywhere, *Agents.of(unit).agents, *Agents.of(unit).teams, "next"}
                )
                if what == "escalate" and kind in ("", "tier") and name not in known:
                    yield _(
                        "policy {policy}: the step at {threshold} escalates to {target}, which no longer exists",
                        policy=policy.name,
                        threshold=step.at,
                        target=value,
                    )


def _unknown_channels(unit: Unit, names: Iterable[str]) -> Iterator[str]:
    channels = unit.settings.of(Channels).channels
    known = {*channels, *(channel.kind for channel in channels.values()), *_KINDS, ANY}
    for name in dict.fromkeys(names):
        if name not in known:
            yield _("no channel is called {name} yet{suggestion}", name=name, suggestion=did_you_mean(name, known))


def _tiers(text: str) -> tuple[str, ...]:
    tiers = _words(text, "--tiers")
    if text.strip() and not tiers:
        raise UsageError(
            _('--tiers: no tiers in "{text}"', text=text),
            _("list them from the lowest to the highest, for example frontline,senior,lead"),
        )
    twice = next((tier for place, tier in enumerate(tiers) if tier in tiers[:place]), None)
    if twice is not None:
        raise UsageError(_("--tiers: {tier} is listed twice", tier=twice), _("list each tier once"))
    return tiers


def _by_channel(
    texts: Sequence[str] | None, option: str, value_of: Callable[[str, str], T], known: Mapping[str, T]
) -> dict[str, T]:
    """Parse `CHANNEL=VALUE` or a value for all channels; an empty value removes the entry.

    Raises UsageError, also for two values for one channel.
    """
    values = dict(known)
    entries: dict[str, str] = {}
    for text in texts or ():
        channel, sign, value = text.rpartition("=")
        name = _word(channel, option) if sign else ANY
        if entries.setdefault(name, value.strip()) != value.strip():
            raise UsageError(
                _("{option}: two different values for all channels", option=option)
                if name == ANY
                else _("{option}: two different values for {channel}", option=option, channel=name),
                _("give one value for each channel"),
            )
        if value.strip():
            values[name] = value_of(value, option)
        else:
            values.pop(name, None)
    return values


def _capacity(text: str, option: str) -> int:
    if text.strip() == "0":
        raise UsageError(
            _("{option}: 0 would exclude the agent from all assignments", option=option),
            _("use at least 1, or leave the channel out of --channels"),
        )
    return _count(text, option)


def _count(text: str, option: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 1 <= number <= _MOST:
        raise UsageError(
            _('{option}: not a number from 1 to {maximum}: "{text}"', option=option, maximum=f"{_MOST:,}", text=text),
            _("use for example 20 or email=20"),
        )
    return number


def _length(text: str, option: str) -> timedelta:
    return parse_wait(text, option)


def _one_of(kind: type[E], text: str, option: str) -> E:
    try:
        return kind(text.replace("-", "_"))
    except ValueError:
        known = [member.value for member in kind]
        raise UsageError(
            _(
                '{option}: not a valid value: "{text}"{suggestion}',
                option=option,
                text=text,
                suggestion=did_you_mean(text, known),
            ),
            _("use one of {values}", values=", ".join(known)),
        ) from None


def _words(text: str, option: str) -> tuple[str, ...]:
    return tuple(_word(word, option) for word in text.split(",") if word.strip())


def _maybe_word(text: str, option: str) -> str | None:
    return _word(text, option) if text.strip() else None


def _word(text: str, option: str) -> str:
    word = text.strip().lower()
    if not _WORD.match(word):
        raise UsageError(
            _('{option}: not a name: "{text}"', option=option, text=text),
            _("use letters and digits; separate several names with commas, for example ko,billing"),
        )
    return word
