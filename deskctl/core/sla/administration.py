"""Add, change, reorder and remove SLA policies and their steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from ...errors import DeskctlError, NotFound, Refused, UsageError
from ...i18n import _
from ..actions.registry import parse_actions
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..tickets.model import Priority, parse_priority
from ..values.durations import written as as_written
from ..values.suggestions import did_you_mean
from . import commands as sla_commands
from .calendars import checked_name
from .calendars import existing as existing_calendar
from .conditions import parse as parse_when
from .policy import MEASURED, Metric, Policy, Step, Threshold, parse_target, parse_threshold
from .policy_book import PolicyBook
from .policy_events import PolicyChanged, PolicyMoved
from .policy_warnings import remarks
from .recalculate import recalculate_all
from .repository import Sla


def add(unit: Unit, command: sla_commands.AddPolicy, actor: Actor) -> Steps:
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


def change(unit: Unit, command: sla_commands.ChangePolicy, actor: Actor) -> Steps:
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


def add_step(unit: Unit, command: sla_commands.AddStep, actor: Actor) -> Steps:
    known = existing(Sla.of(unit).book, command.name)
    if not command.then:
        raise UsageError(_("a step needs an action"), _("give one, for example --then notify=lead"))
    at = parse_threshold(command.at, "--at")
    step = Step(at, _actions(unit, command.then))
    if step in known.steps:
        facts = {"policy": known.name, "version": known.version}
        return Outcome(_("policy {policy} already has this step", policy=known.name), facts=facts)
    return (yield from _new_version(unit, known, replace(known, steps=(*known.steps, step)), ()))


def _actions(unit: Unit, texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    try:
        return parse_actions(unit, texts)
    except DeskctlError as error:
        raise type(error)(_("--then: {problem}", problem=error.what), error.hint) from error


def _new_version(unit: Unit, known: Policy, wanted: Policy, written: Iterable[str]) -> Steps:
    if wanted == known:
        facts = {"policy": known.name, "version": known.version}
        return Outcome(_("policy {policy} is unchanged", policy=known.name), facts=facts)
    policy = replace(wanted, version=known.version + 1, since=unit.now)
    Sla.of(unit).put_policy(policy)
    yield PolicyChanged(None, policy.name, policy.version, {"version": known.version, "place": None})
    yield from recalculate_all(unit)
    return Outcome(_("policy {policy} changed from now on", policy=policy.name), facts=_facts(unit, policy, written))


def move(unit: Unit, command: sla_commands.MovePolicy, actor: Actor) -> Steps:
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


def remove(unit: Unit, command: sla_commands.RemovePolicy, actor: Actor) -> Steps:
    known = existing(Sla.of(unit).book, command.name)
    place = Sla.of(unit).book.place(known.name)
    Sla.of(unit).put_order(tuple(name for name in Sla.of(unit).book.order if name != known.name))
    yield PolicyChanged(None, known.name, None, {"version": known.version, "place": place})
    yield from recalculate_all(unit)
    summary = _("policy {policy} removed; the times that its clocks measured stay", policy=known.name)
    return Outcome(summary, facts={"policy": known.name})


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
    known: Mapping[Metric, Mapping[Priority, timedelta]], texts: Iterable[tuple[str, str]]
) -> dict[Metric, dict[Priority, timedelta]]:
    """Return the known targets with the given ones applied.

    A target for one priority takes precedence over a target for all priorities, independent of their order. Raises
    UsageError for targets that contradict each other.
    """
    wanted = list(dict.fromkeys(_target(name, text) for name, text in texts))
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


HANDLERS: dict[type[Command], Handler] = {
    sla_commands.AddPolicy: add,
    sla_commands.ChangePolicy: change,
    sla_commands.AddStep: add_step,
    sla_commands.MovePolicy: move,
    sla_commands.RemovePolicy: remove,
}
