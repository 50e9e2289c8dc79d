"""Add, change, reorder and remove SLA policies and their steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from ...errors import NotFound, Refused, UsageError
from ...i18n import _
from ..agents.repository import Agents
from ..agents.targets import tiers_of
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..tickets.fields import parse_tag
from ..tickets.model import Priority, parse_priority
from ..values.durations import written as as_written
from ..values.suggestions import did_you_mean
from . import commands as c
from .actions import ACTIONS, NEXT, OWNER, TEAM
from .calendars import checked_name
from .calendars import existing as existing_calendar
from .conditions import parse as parse_when
from .policy import MEASURED, Metric, Policy, Step, Threshold, parse_target, parse_threshold
from .policy_book import PolicyBook
from .policy_events import PolicyChanged, PolicyMoved
from .policy_warnings import remarks
from .recalculate import recalculate_all
from .repository import Sla


def add(unit: Unit, command: c.AddPolicy, actor: Actor) -> Steps:
    book = Sla.of(unit).book
    name = checked_name(command.name)
    if book.policy(name) is not None:
        raise Refused(
            _("policy {policy} already exists", policy=name), _("deskctl sla edit {policy} changes it", policy=name)
        )
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
        raise UsageError(
            _("policy {policy} has no target", policy=name), _("give one, for example --first-response normal=4h")
        )
    Sla.of(unit).put_policy(policy)
    yield PolicyChanged(None, name, policy.version, {"version": None, "place": None})
    yield from recalculate_all(unit)
    written = [text for _, text in command.targets]
    return Outcome(_("policy {policy} added", policy=name), facts=_facts(unit, policy, written))


def change(unit: Unit, command: c.ChangePolicy, actor: Actor) -> Steps:
    book = Sla.of(unit).book
    known = existing(book, command.name)
    gone = {str(parse_threshold(level, "--forget-step")) for level in command.forget_steps}
    for level in sorted(gone - {str(step.at) for step in known.steps}):
        raise NotFound(
            _("policy {policy} has no step at {threshold}", policy=known.name, threshold=level),
            _("see deskctl sla show {policy}", policy=known.name),
        )
    wanted = replace(
        known,
        when=known.when if command.when is None else _when(command.when),
        calendar=known.calendar if command.calendar is None else existing_calendar(book, command.calendar).name,
        targets=_targets(known.targets, command.targets),
        warnings=known.warnings if command.warnings is None else _warnings(command.warnings),
        steps=tuple(step for step in known.steps if str(step.at) not in gone),
    )
    if not wanted.targets:
        raise UsageError(
            _("policy {policy} would have no target left", policy=known.name),
            _("deskctl sla remove {policy} removes it", policy=known.name),
        )
    written = [text for _, text in command.targets]
    if command.calendar is not None:  # targets in days have another length in a calendar with other hours
        written += [as_written(length) for by_priority in known.targets.values() for length in by_priority.values()]
    return (yield from _new_version(unit, known, wanted, written))


def add_step(unit: Unit, command: c.AddStep, actor: Actor) -> Steps:
    known = existing(Sla.of(unit).book, command.name)
    if not command.then:
        raise UsageError(_("a step needs an action"), _("give one, for example --then notify=lead"))
    at = parse_threshold(command.at, "--at")
    step = Step(at, _actions(unit, command.then))
    if step in known.steps:
        facts = {"policy": known.name, "version": known.version}
        return Outcome(_("policy {policy} already has this step", policy=known.name), facts=facts)
    return (yield from _new_version(unit, known, replace(known, steps=(*known.steps, step)), ()))


def _new_version(unit: Unit, known: Policy, wanted: Policy, written: Iterable[str]) -> Steps:
    if wanted == known:
        facts = {"policy": known.name, "version": known.version}
        return Outcome(_("policy {policy} is unchanged", policy=known.name), facts=facts)
    policy = replace(wanted, version=known.version + 1, since=unit.now)
    Sla.of(unit).put_policy(policy)
    yield PolicyChanged(None, policy.name, policy.version, {"version": known.version, "place": None})
    yield from recalculate_all(unit)
    return Outcome(_("policy {policy} changed from now on", policy=policy.name), facts=_facts(unit, policy, written))


def move(unit: Unit, command: c.MovePolicy, actor: Actor) -> Steps:
    known = existing(Sla.of(unit).book, command.name)
    order = [name for name in Sla.of(unit).book.order if name != known.name]
    if not 1 <= command.place <= len(order) + 1:
        raise UsageError(
            _("no place {place} in the order of policies", place=command.place),
            _("use a number from 1 to {last}", last=len(order) + 1),
        )
    order.insert(command.place - 1, known.name)
    if tuple(order) != Sla.of(unit).book.order:
        place = Sla.of(unit).book.place(known.name)
        Sla.of(unit).put_order(tuple(order))
        yield PolicyMoved(None, known.name, command.place, {"version": None, "place": place})
        yield from recalculate_all(unit)
    facts = {"policy": known.name, "place": command.place, "remarks": remarks(unit, known, ())}
    return Outcome(_("order of policies: {policies}", policies=", ".join(order)), facts=facts)


def remove(unit: Unit, command: c.RemovePolicy, actor: Actor) -> Steps:
    known = existing(Sla.of(unit).book, command.name)
    place = Sla.of(unit).book.place(known.name)
    Sla.of(unit).put_order(tuple(name for name in Sla.of(unit).book.order if name != known.name))
    yield PolicyChanged(None, known.name, None, {"version": known.version, "place": place})
    yield from recalculate_all(unit)
    said = _("policy {policy} removed; the times that its clocks measured stay", policy=known.name)
    return Outcome(said, facts={"policy": known.name})


def existing(book: PolicyBook, name: str) -> Policy:
    """Return the policy with a name, ignoring case. Raises NotFound."""
    found = book.policy(name.strip().lower())
    if found is None:
        hint = (
            _("policies: {policies}; deskctl sla add adds one", policies=", ".join(book.order))
            if book.order
            else _("there are no policies; deskctl sla add adds one")
        )
        suggestion = did_you_mean(name, book.order)
        raise NotFound(_('no policy is called "{name}"{suggestion}', name=name, suggestion=suggestion), hint)
    return found


def _facts(unit: Unit, policy: Policy, written: Iterable[str]) -> dict[str, object]:
    return {"policy": policy.name, "version": policy.version, "remarks": remarks(unit, policy, written)}


def _when(text: str) -> str:
    parse_when(text)
    return " ".join(text.split())


def _targets(
    known: Mapping[Metric, Mapping[Priority, timedelta]], given: Iterable[tuple[str, str]]
) -> dict[Metric, dict[Priority, timedelta]]:
    """Return the known targets with the given ones applied.

    A target for one priority takes precedence over a target for all priorities, independent of their order. Raises
    UsageError for targets that contradict each other.
    """
    wanted = list(dict.fromkeys(_target(name, text) for name, text in given))
    taken: dict[tuple[Metric, Priority | None], timedelta | None] = {}
    for metric, priority, length in wanted:
        if taken.setdefault((metric, priority), length) != length:
            option = f"--{metric.value.replace('_', '-')}"
            raise UsageError(
                _("{option}: two different targets for all priorities", option=option)
                if priority is None
                else _("{option}: two different targets for {priority}", option=option, priority=priority.label),
                _("give one target for each"),
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
    """Parse one option: return its metric, the priority it names (None: all) and the target (None: remove it).

    Raises UsageError.
    """
    if name not in set(MEASURED):
        raise UsageError(
            _('not an SLA metric: "{name}"{suggestion}', name=name, suggestion=did_you_mean(name, MEASURED)),
            _("metrics: {metrics}", metrics=", ".join(MEASURED)),
        )
    head, sign, length = text.partition("=")
    if not text.strip() or (sign and not length.strip()):
        return Metric(name), parse_priority(head.strip().lower()) if head.strip() else None, None
    priority, target = parse_target(text, f"--{name.replace('_', '-')}")
    return Metric(name), priority, target


def _warnings(texts: Iterable[str]) -> tuple[Threshold, ...]:
    levels = []
    for text in texts:
        level = parse_threshold(text, "--warn")
        if level.kind in ("breach", "after"):
            raise UsageError(
                _("--warn: {threshold} is not before the due time", threshold=text),
                _("a breach is always notified; use for example 70% or 30m"),
            )
        levels.append(level)
    return tuple(dict.fromkeys(levels))


#: Actions that can have only one value in a step.
_SINGLE = frozenset({"priority", "assign", "team"})


def _actions(unit: Unit, texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Parse the actions of a step. Raises UsageError (also for contradicting values) and NotFound."""
    actions = tuple(dict.fromkeys(_action(unit, text) for text in texts))
    single: dict[str, str] = {}
    for name, value in actions:
        if name == "tag":
            name, value = f"tag {value.lstrip('+-')}", "-" if value.startswith("-") else "+"
        elif name not in _SINGLE:
            continue
        if single.setdefault(name, value) != value:
            raise UsageError(
                _("--then: two different values for {action} in one step", action=name), _("give one value")
            )
    return actions


def _action(unit: Unit, text: str) -> tuple[str, str]:
    """Parse one action, NAME=VALUE. Raises UsageError and NotFound."""
    name, sign, value = (part.strip() for part in text.partition("="))
    if not sign or not value:
        raise UsageError(
            _('--then: not an action: "{text}"', text=text),
            _("use for example notify=lead; actions: {actions}", actions=", ".join(ACTIONS)),
        )
    if name not in ACTIONS:
        raise UsageError(
            _('--then: no action is called "{name}"{suggestion}', name=name, suggestion=did_you_mean(name, ACTIONS)),
            _("actions: {actions}", actions=", ".join(ACTIONS)),
        )
    if name == "priority":
        parse_priority(value)
    elif name == "tag":
        parse_tag(value.lstrip("+-"))
    elif name not in ("note", "reply"):
        _check_target(unit, name, value)
    return name, value


def _check_target(unit: Unit, action: str, value: str) -> None:
    """Check that the value of an action names an agent, a team or a tier that the action accepts.

    `notify` also accepts the ticket's owner and team, `escalate` the next tier.

    Raises NotFound, Refused and UsageError.
    """
    agents = {handle for handle, agent in Agents.of(unit).agents.items() if agent.active}
    tiers = {tier for team in (None, *Agents.of(unit).teams) for tier in tiers_of(unit, team)}
    by_kind = {"agent": agents, "team": set(Agents.of(unit).teams), "tier": tiers}
    kinds = {"team": ("team",), "assign": ("agent", "team")}.get(action, ("agent", "team", "tier"))
    words = {"notify": {OWNER, TEAM}, "escalate": {NEXT}}.get(action, set())
    kind, sign, rest = value.rpartition(":")
    if sign and (kind not in kinds or action == "team"):
        raise UsageError(
            _('--then: {action} does not accept "{prefix}"', action=action, prefix=f"{kind}:"),
            _("give the name of a team, without a prefix")
            if action == "team"
            else _("give a name alone, or as {forms}", forms=", ".join(f"{k}:NAME" for k in kinds)),
        )
    if rest in Agents.of(unit).agents and rest not in agents and kind in ("", "agent"):
        raise Refused(
            _("--then: agent {agent} is deactivated", agent=rest), _("give an active agent, a team or a tier")
        )
    known = by_kind[kind] if sign else set().union(*(by_kind[k] for k in kinds), words)
    if rest not in known:
        names = {"name": rest, "suggestion": did_you_mean(rest, known)}
        raise NotFound(
            _no_target(kind if sign else "", kinds, names), _("known: {names}", names=", ".join(sorted(known)))
        )


def _no_target(kind: str, kinds: tuple[str, ...], names: dict[str, str]) -> str:
    """Return the message that no agent, team or tier has a name; `kind` is the prefix that was given, or ""."""
    if kind == "agent":
        return _('--then: no agent is called "{name}"{suggestion}', **names)
    if kind == "team" or kinds == ("team",):
        return _('--then: no team is called "{name}"{suggestion}', **names)
    if kind == "tier":
        return _('--then: no tier is called "{name}"{suggestion}', **names)
    if "tier" in kinds:
        return _('--then: no agent, team or tier is called "{name}"{suggestion}', **names)
    return _('--then: no agent or team is called "{name}"{suggestion}', **names)


HANDLERS: dict[type[Command], Handler] = {
    c.AddPolicy: add,
    c.ChangePolicy: change,
    c.AddStep: add_step,
    c.MovePolicy: move,
    c.RemovePolicy: remove,
}
