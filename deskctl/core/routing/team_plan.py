"""What agents can take and how teams route, as people set it up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from ...errors import UsageError
from ..agents import commands as admin
from ..agents import targets
from ..agents.model import Agent, Team
from ..kernel.unit import Unit
from ..values.durations import parse_wait
from ..values.suggestions import did_you_mean
from .model import ANY, MANY, TIERS, Model, Plan, Seat, State, Strategy

_WORD = re.compile(r"[\w][\w.+-]{0,63}\Z")
#: Kinds of channel that a desk may get; for these nobody is asked whether they meant something else.
_KINDS = ("email", "phone", "chat", "telegram", "manual")
_MOST = 100_000

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def shaped(seat: Seat, command: admin.ChangeAgent) -> Seat:
    """Raises UsageError."""
    capacity = seat.capacity
    if command.capacity is not None:
        capacity = _by_channel(command.capacity, "--capacity", _capacity, capacity)
    return Seat(
        seat.tier if command.tier is None else _maybe_word(command.tier, "--tier"),
        seat.skills if command.skills is None else frozenset(_words(command.skills, "--skills")),
        seat.channels if command.channels is None else tuple(dict.fromkeys(_words(command.channels, "--channels"))),
        capacity,
        seat.surge if command.surge is None else command.surge,
    )


def planned(plan: Plan, command: admin.ChangeTeam) -> Plan:
    """Raises UsageError."""
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


def remarks_on_agent(unit: Unit, agent: Agent) -> Iterator[str]:
    """What is allowed and yet probably not meant."""
    yield from _unknown_channels(unit, (*agent.seat.channels, *agent.seat.capacity))
    for handle in sorted(agent.teams):
        tiers = unit.teams[handle].plan.tiers or TIERS
        if agent.seat.tier is not None and agent.seat.tier not in tiers:
            near = did_you_mean(agent.seat.tier, tiers)
            yield f"team {handle} has no tier {agent.seat.tier}{near}; there they count as {tiers[0]}"
    if agent.seat.channels:
        beside = [c for c in agent.seat.capacity if c != ANY and c not in agent.seat.channels]
        if beside:
            yield f"a capacity for {', '.join(beside)}, but they work on {', '.join(agent.seat.channels)} only"


def remarks_on_team(unit: Unit, team: Team) -> Iterator[str]:
    plan = team.plan
    yield from _unknown_channels(unit, (*plan.weights, *plan.surge_queue, *plan.surge_wait))
    agents = targets.members(unit, team.handle)
    yield from _lost_tiers(unit, team, agents)
    if not plan.routed:
        return
    if agents and not any(unit.roster.presence(agent.handle).at(unit.now) is State.ONLINE for agent in agents):
        yield "no agent of the team is online; tickets are assigned once an agent runs deskctl agent online"
    if not agents:
        yield f"nobody is in team {team.handle}: deskctl agent set AGENT --join {team.handle}"
    if len(agents) > MANY and plan.model is Model.SHARED:
        yield f"with {len(agents)} agents each does better on one channel: --model dedicated"
    if (plan.surge_queue or plan.surge_wait) and agents and not any(agent.seat.surge for agent in agents):
        yield "no agent may be moved yet: deskctl agent set AGENT --surge yes"


def _lost_tiers(unit: Unit, team: Team, agents: Iterable[Agent]) -> Iterator[str]:
    """Who and what names a tier that the team does not have."""
    tiers = team.plan.tiers or TIERS
    for agent in agents:
        if agent.seat.tier is not None and agent.seat.tier not in tiers:
            yield f"{agent.handle} is of tier {agent.seat.tier}, which it does not have: there they count as {tiers[0]}"
    anywhere = {tier for other in (None, *unit.teams) for tier in targets.tiers_of(unit, other)}
    for policy in unit.levels.book.current_policies:
        for step in policy.steps:
            for what, value in step.then:
                kind, _, name = value.rpartition(":")
                known = {*anywhere, "next"} if kind else {*anywhere, *unit.agents, *unit.teams, "next"}
                if what == "escalate" and kind in ("", "tier") and name not in known:
                    yield f"policy {policy.name}: the step at {step.at} escalates to {value}, which is no tier any more"


def _unknown_channels(unit: Unit, names: Iterable[str]) -> Iterator[str]:
    known = {*unit.settings.channels, *(c.kind for c in unit.settings.channels.values()), *_KINDS, ANY}
    for name in dict.fromkeys(names):
        if name not in known:
            yield f"there is no channel {name} yet{did_you_mean(name, known)}"


def _tiers(text: str) -> tuple[str, ...]:
    tiers = _words(text, "--tiers")
    if text.strip() and not tiers:
        raise UsageError(f"--tiers: “{text}” names none", "the lowest first, as in frontline,senior,lead")
    twice = next((tier for place, tier in enumerate(tiers) if tier in tiers[:place]), None)
    if twice is not None:
        raise UsageError(f"--tiers: {twice} stands there twice: escalating would go round in circles", "name each once")
    return tiers


def _by_channel(
    said: Sequence[str] | None, where: str, value_of: Callable[[str, str], T], known: Mapping[str, T]
) -> dict[str, T]:
    """`CHANNEL=VALUE`, or a value for every channel; without a value it goes. Raises UsageError, also for two values
    for one channel."""
    values = dict(known)
    given: dict[str, str] = {}
    for text in said or ():
        channel, sign, value = text.rpartition("=")
        name = _word(channel, where) if sign else ANY
        if given.setdefault(name, value.strip()) != value.strip():
            whole = "all channels" if name == ANY else name
            raise UsageError(f"{where}: two different values for {whole}", "give one value for each channel")
        if value.strip():
            values[name] = value_of(value, where)
        else:
            values.pop(name, None)
    return values


def _capacity(text: str, where: str) -> int:
    if text.strip() == "0":
        raise UsageError(f"{where}: with 0 nobody could be given anything", "at least 1; or --channels without it")
    return _count(text, where)


def _count(text: str, where: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 1 <= number <= _MOST:
        raise UsageError(f"{where}: “{text}” is no number from 1 to {_MOST:,}", "as in 20 or email=20")
    return number


def _length(text: str, where: str) -> timedelta:
    return parse_wait(text, where)


def _one_of(kind: type[E], text: str, where: str) -> E:
    try:
        return kind(text.replace("-", "_"))
    except ValueError:
        known = [member.value for member in kind]
        raise UsageError(
            f"{where}: there is no “{text}”{did_you_mean(text, known)}", f"one of {', '.join(known)}"
        ) from None


def _words(text: str, where: str) -> tuple[str, ...]:
    return tuple(_word(word, where) for word in text.split(",") if word.strip())


def _maybe_word(text: str, where: str) -> str | None:
    return _word(text, where) if text.strip() else None


def _word(text: str, where: str) -> str:
    word = text.strip().lower()
    if not _WORD.match(word):
        raise UsageError(f"{where}: “{text}” is no word", "letters and digits; several with commas, as in ko,billing")
    return word
