"""Adding, changing, ordering and removing policies, and their steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from ...errors import NotFound, Refused, UsageError
from ..agents.targets import tiers_of
from ..calendars.administration import checked_name
from ..calendars.administration import existing as existing_calendar
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Said, Steps
from ..kernel.unit import Unit
from ..tickets.fields import parse_tag
from ..tickets.model import Priority, parse_priority
from ..values.durations import written as as_written
from ..values.suggestions import did_you_mean
from . import commands as c
from . import recalculate as keeping
from .actions import ACTIONS, NEXT, OWNER, TEAM
from .conditions import parse as parse_when
from .events import PolicyChanged, PolicyMoved
from .policy import MEASURED, Level, Metric, Policy, Step, parse_level, parse_target
from .policy_book import Book
from .policy_warnings import remarks


def add(unit: Unit, command: c.AddPolicy, actor: Actor) -> Steps:
    book = unit.levels.book
    name = checked_name(command.name)
    if book.policy(name) is not None:
        raise Refused(f"there is a policy {name} already", f"deskctl sla edit {name} changes it")
    policy = Policy(
        name=name,
        when=_when(command.when),
        calendar=existing_calendar(book, command.calendar).name,
        targets=_targets({}, command.targets),
        warnings=_warnings(command.warnings),
        version=len(book.policies.get(name, ())) + 1,
        since=unit.now,
    )
    if not policy.targets:
        raise UsageError(f"policy {name} promises nothing", "as in --first-response normal=4h")
    unit.levels.put_policy(policy)
    yield PolicyChanged(None, name, policy.version, {"version": None, "place": None})
    yield from keeping.keep_all(unit)
    written = [text for _, text in command.targets]
    return Said(f"policy {name} is added", facts=_facts(unit, policy, written))


def change(unit: Unit, command: c.ChangePolicy, actor: Actor) -> Steps:
    book = unit.levels.book
    known = existing(book, command.name)
    gone = {str(parse_level(level, "--forget-step")) for level in command.forget_steps}
    for level in sorted(gone - {str(step.at) for step in known.steps}):
        raise NotFound(f"policy {known.name} has no step at {level}", f"deskctl sla show {known.name}")
    wanted = replace(
        known,
        when=known.when if command.when is None else _when(command.when),
        calendar=known.calendar if command.calendar is None else existing_calendar(book, command.calendar).name,
        targets=_targets(known.targets, command.targets),
        warnings=known.warnings if command.warnings is None else _warnings(command.warnings),
        steps=tuple(step for step in known.steps if str(step.at) not in gone),
    )
    if not wanted.targets:
        raise UsageError(f"policy {known.name} would promise nothing", f"deskctl sla remove {known.name}")
    written = [text for _, text in command.targets]
    if command.calendar is not None:  # what was written in days has another length in other hours
        written += [as_written(length) for by_priority in known.targets.values() for length in by_priority.values()]
    return (yield from _new_version(unit, known, wanted, written))


def add_step(unit: Unit, command: c.AddStep, actor: Actor) -> Steps:
    known = existing(unit.levels.book, command.name)
    if not command.then:
        raise UsageError("a step does nothing", "as in --then notify=lead")
    at = parse_level(command.at, "--at")
    step = Step(at, _actions(unit, command.then))
    if step in known.steps:
        return Said(f"policy {known.name} does that already", facts={"policy": known.name, "version": known.version})
    return (yield from _new_version(unit, known, replace(known, steps=(*known.steps, step)), ()))


def _new_version(unit: Unit, known: Policy, wanted: Policy, written: Iterable[str]) -> Steps:
    if wanted == known:
        return Said(f"policy {known.name} is that already", facts={"policy": known.name, "version": known.version})
    policy = replace(wanted, version=known.version + 1, since=unit.now)
    unit.levels.put_policy(policy)
    yield PolicyChanged(None, policy.name, policy.version, {"version": known.version, "place": None})
    yield from keeping.keep_all(unit)
    return Said(f"policy {policy.name} is changed from now on", facts=_facts(unit, policy, written))


def move(unit: Unit, command: c.MovePolicy, actor: Actor) -> Steps:
    known = existing(unit.levels.book, command.name)
    order = [name for name in unit.levels.book.order if name != known.name]
    if not 1 <= command.place <= len(order) + 1:
        raise UsageError(f"there is no place {command.place}", f"from 1 to {len(order) + 1}")
    order.insert(command.place - 1, known.name)
    if tuple(order) != unit.levels.book.order:
        place = unit.levels.book.place(known.name)
        unit.levels.put_order(tuple(order))
        yield PolicyMoved(None, known.name, command.place, {"version": None, "place": place})
        yield from keeping.keep_all(unit)
    facts = {"policy": known.name, "place": command.place, "remarks": remarks(unit, known, ())}
    return Said(f"the order is {', '.join(order)}", facts=facts)


def remove(unit: Unit, command: c.RemovePolicy, actor: Actor) -> Steps:
    known = existing(unit.levels.book, command.name)
    place = unit.levels.book.place(known.name)
    unit.levels.put_order(tuple(name for name in unit.levels.book.order if name != known.name))
    yield PolicyChanged(None, known.name, None, {"version": known.version, "place": place})
    yield from keeping.keep_all(unit)
    return Said(f"policy {known.name} is removed; what its clocks have measured stays", facts={"policy": known.name})


def existing(book: Book, name: str) -> Policy:
    """By its name, in whatever letters it was typed. Raises NotFound."""
    found = book.policy(name.strip().lower())
    if found is None:
        there = f"there is {', '.join(book.order)}" if book.order else "there is none"
        raise NotFound(f"there is no policy “{name}”{did_you_mean(name, book.order)}", f"{there}; deskctl sla add")
    return found


def _facts(unit: Unit, policy: Policy, written: Iterable[str]) -> dict[str, object]:
    return {"policy": policy.name, "version": policy.version, "remarks": remarks(unit, policy, written)}


def _when(text: str) -> str:
    parse_when(text)
    return " ".join(text.split())


def _targets(
    known: Mapping[Metric, Mapping[Priority, timedelta]], given: Iterable[tuple[str, str]]
) -> dict[Metric, dict[Priority, timedelta]]:
    """The known targets with the given ones applied. A target for one priority takes precedence over a target for all
    priorities, in whatever order they are given. Raises UsageError for targets that contradict each other."""
    wanted = list(dict.fromkeys(_target(name, text) for name, text in given))
    taken: dict[tuple[Metric, Priority | None], timedelta | None] = {}
    for metric, priority, length in wanted:
        if taken.setdefault((metric, priority), length) != length:
            where = priority.label if priority is not None else "all priorities"
            raise UsageError(
                f"--{metric.value.replace('_', '-')}: two different targets for {where}", "give one target for each"
            )
    targets = {metric: dict(by_priority) for metric, by_priority in known.items()}
    for metric, priority, length in sorted(wanted, key=lambda target: target[1] is not None):
        by_priority = targets.setdefault(metric, {})
        for each in tuple(Priority) if priority is None else (priority,):
            if length is None:
                by_priority.pop(each, None)
            else:
                by_priority[each] = length
    return {metric: targets[metric] for metric in MEASURED if targets.get(metric)}


def _target(name: str, text: str) -> tuple[Metric, Priority | None, timedelta | None]:
    """One option: its metric, the priority that it names (None: all), and the target (None: remove it). Raises
    UsageError."""
    if name not in set(MEASURED):
        raise UsageError(f"nothing measures “{name}”{did_you_mean(name, MEASURED)}", ", ".join(MEASURED))
    head, sign, length = text.partition("=")
    if not text.strip() or (sign and not length.strip()):
        return Metric(name), parse_priority(head.strip().lower()) if head.strip() else None, None
    priority, target = parse_target(text, f"--{name.replace('_', '-')}")
    return Metric(name), priority, target


def _warnings(texts: Iterable[str]) -> tuple[Level, ...]:
    levels = []
    for text in texts:
        level = parse_level(text, "--warn")
        if level.kind in ("breach", "after"):
            raise UsageError(f"--warn: {text} is no warning", "of a breach whoever has the ticket hears anyway")
        levels.append(level)
    return tuple(dict.fromkeys(levels))


#: Actions of which one step can have a single value.
_SINGLE = frozenset({"priority", "assign", "team"})


def _actions(unit: Unit, texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Raises UsageError and NotFound, also for values of one step that contradict each other."""
    actions = tuple(dict.fromkeys(_action(unit, text) for text in texts))
    single: dict[str, str] = {}
    for name, value in actions:
        if name == "tag":
            name, value = f"tag {value.lstrip('+-')}", "-" if value.startswith("-") else "+"
        elif name not in _SINGLE:
            continue
        if single.setdefault(name, value) != value:
            raise UsageError(f"--then: two different values for {name} in one step", "give one value")
    return actions


def _action(unit: Unit, text: str) -> tuple[str, str]:
    """Raises UsageError and NotFound."""
    name, sign, value = (part.strip() for part in text.partition("="))
    if not sign or not value:
        raise UsageError(f"--then: “{text}” does nothing", f"as in notify=lead; there is {', '.join(ACTIONS)}")
    if name not in ACTIONS:
        raise UsageError(f"--then: there is no action “{name}”{did_you_mean(name, ACTIONS)}", ", ".join(ACTIONS))
    if name == "priority":
        parse_priority(value)
    elif name == "tag":
        parse_tag(value.lstrip("+-"))
    elif name not in ("note", "reply"):
        _somebody(unit, name, value)
    return name, value


def _somebody(unit: Unit, action: str, value: str) -> None:
    """Agents, teams and tiers, as far as the action knows them; `notify` also knows the ticket's owner and team, and
    `escalate` the next tier. Raises NotFound, Refused and UsageError."""
    agents = {handle for handle, agent in unit.agents.items() if agent.active}
    tiers = {tier for team in (None, *unit.teams) for tier in tiers_of(unit, team)}
    by_kind = {"agent": agents, "team": set(unit.teams), "tier": tiers}
    kinds = {"team": ("team",), "assign": ("agent", "team")}.get(action, ("agent", "team", "tier"))
    words = {"notify": {OWNER, TEAM}, "escalate": {NEXT}}.get(action, set())
    kind, sign, rest = value.rpartition(":")
    if sign and (kind not in kinds or action == "team"):
        one = "a team's name alone" if action == "team" else " or ".join(f"{k}:NAME" for k in kinds)
        raise UsageError(f"--then: {action} does not know “{kind}:”", f"{one}, or a bare name")
    if rest in unit.agents and rest not in agents and kind in ("", "agent"):
        raise Refused(f"--then: {rest} has left", "name somebody who is there, a team or a tier")
    known = by_kind[kind] if sign else set().union(*(by_kind[k] for k in kinds), words)
    if rest not in known:
        what = kind if sign else "agent, team or tier" if "tier" in kinds else " or ".join(kinds)
        raise NotFound(f"--then: no {what} is called “{rest}”{did_you_mean(rest, known)}", ", ".join(sorted(known)))


HANDLERS: dict[type[Command], Handler] = {
    c.AddPolicy: add,
    c.ChangePolicy: change,
    c.AddStep: add_step,
    c.MovePolicy: move,
    c.RemovePolicy: remove,
}
