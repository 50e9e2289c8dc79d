"""Warnings about policies that are valid but probably a mistake: reported on changes, and shown with the policy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...i18n import _
from ..actions.registry import known_actions, missing_action
from ..agents.repository import Agents
from ..kernel.settings import Settings
from ..kernel.unit import Unit
from ..messages.channels import Channels
from ..tickets.field_registry import declared_fields
from ..values.durations import written
from ..values.suggestions import did_you_mean
from .policy import Policy
from .policy_book import PolicyBook
from .repository import Sla

_DAYS = re.compile(r"\d+[dw]")


def remarks(unit: Unit, policy: Policy, texts: Iterable[str]) -> list[str]:
    """Return the warnings about a policy that is being changed; `texts` are its new targets as typed."""
    book = Sla.of(unit).book
    left = {handle for handle, agent in Agents.of(unit).agents.items() if not agent.active}
    return [
        *_about_days(book, policy, texts),
        *_unknown(unit, policy),
        *persistent_remarks(book, policy),
        *_takes_all(book, policy),
        *inactive_agent_remarks(policy, left),
        *missing_action_remarks(policy, unit.settings),
    ]


def persistent_remarks(book: PolicyBook, policy: Policy) -> Iterator[str]:
    """Yield the warnings that remain valid until a policy or calendar is changed."""
    if book.condition(policy.when).impossible:
        yield _(
            "{policy} can never match: the terms of {condition} exclude each other",
            policy=policy.name,
            condition=policy.when,
        )
    yield from _shadowed(book, policy)
    calendar = book.calendar(policy.calendar)
    if calendar is not None:
        opening = book.opening(calendar)
        longest = max(length for targets in policy.targets.values() for length in targets.values())
        if policy.since is not None and opening.add(policy.since, longest) is None:
            yield _(
                "{calendar} is not open for {target} within 100 years: that target is never due",
                calendar=policy.calendar,
                target=written(longest),
            )
    for threshold in (*policy.warnings, *(step.at for step in policy.steps)):
        early = [
            f"{metric} {priority.label} ({written(length)})"
            for metric, targets in policy.targets.items()
            for priority, length in sorted(targets.items(), reverse=True)
            if threshold.spent(length) is None
        ]
        if early:
            yield _(
                "{threshold} before the due time is longer than these targets, for which it is ignored: {targets}",
                threshold=threshold,
                targets=", ".join(early),
            )


def _about_days(book: PolicyBook, policy: Policy, texts: Iterable[str]) -> Iterator[str]:
    calendar = book.calendar(policy.calendar)
    named = [text for text in texts if _DAYS.search(text.partition("=")[2] or text)]
    if calendar is None or calendar.is_always_open or not named:
        return
    week = sum(frame.end - frame.start for frames in calendar.week for frame in frames)
    days = [frames for frames in calendar.week if frames]
    if not days:
        return
    hours = week / len(days) / 3600
    yield _(
        "{targets}: a day is 24 hours of working time, and {calendar} is open {hours} hours a day; "
        "write {hours}h for one of its days",
        targets=", ".join(named),
        calendar=calendar.name,
        hours=f"{hours:g}",
    )


def _shadowed(book: PolicyBook, policy: Policy) -> Iterator[str]:
    """Yield a warning for each earlier policy that matches all tickets that this one matches."""
    place = book.order.index(policy.name) if policy.name in book.order else len(book.order)
    condition = book.condition(policy.when)
    for other in book.current_policies[:place]:
        if book.condition(other.when).covers(condition):
            yield _(
                "{policy} can never match: {other} comes before it and matches all of its tickets",
                policy=policy.name,
                other=other.name,
            )


def _takes_all(book: PolicyBook, policy: Policy) -> Iterator[str]:
    """Yield a warning for each later policy whose tickets all match this one."""
    if policy.name in book.order:
        condition = book.condition(policy.when)
        for other in book.current_policies[book.order.index(policy.name) + 1 :]:
            if condition.covers(book.condition(other.when)):
                yield _(
                    "{other} can no longer match: {policy} comes before it and matches all of its tickets",
                    other=other.name,
                    policy=policy.name,
                )


def _unknown(unit: Unit, policy: Policy) -> Iterator[str]:
    """Yield a warning for each team, channel and custom field in the condition that does not exist (yet)."""
    condition = Sla.of(unit).book.condition(policy.when)
    teams, channels = set(Agents.of(unit).teams), {*unit.settings.of(Channels).channels, "phone", "manual"}
    for name in sorted(condition.named("team") - {team.lower() for team in teams}):
        yield _("no team is called {name} yet{suggestion}", name=name, suggestion=did_you_mean(name, teams))
    for name in sorted(condition.named("channel") - {channel.lower() for channel in channels}):
        yield _("no channel is called {name} yet{suggestion}", name=name, suggestion=did_you_mean(name, channels))
    fields = declared_fields(unit.settings)
    for name in sorted(condition.custom_fields - fields.keys()):
        yield _("no custom field is called {name} yet{suggestion}", name=name, suggestion=did_you_mean(name, fields))


def inactive_agent_remarks(policy: Policy, inactive: Iterable[str]) -> Iterator[str]:
    """Yield a warning for each step that names a deactivated agent."""
    gone = set(inactive)
    for step in policy.steps:
        for action, value in step.then:
            if action in ("notify", "escalate", "assign") and value.rpartition(":")[2] in gone:
                yield _(
                    "the step at {threshold} names {agent}, who is deactivated: the assignee is notified instead",
                    threshold=step.at,
                    agent=value,
                )


def missing_action_remarks(policy: Policy, settings: Settings) -> Iterator[str]:
    """Yield a warning for each action of a step that does not exist, because its plugin is not installed."""
    known = known_actions(settings)
    for step in policy.steps:
        for action in dict.fromkeys(name for name, _value in step.then if name not in known):
            error = missing_action(action)
            yield _(
                "the step at {threshold} cannot run: {problem} ({hint})",
                threshold=step.at,
                problem=error.what,
                hint=error.hint,
            )
