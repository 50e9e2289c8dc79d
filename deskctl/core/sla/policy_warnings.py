"""What is allowed and yet probably not meant: said when a policy is set up, and shown with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..kernel.unit import Unit
from ..values.durations import written
from ..values.suggestions import did_you_mean
from .policy import Policy
from .policy_book import Book

_DAYS = re.compile(r"\d+[dw]")


def remarks(unit: Unit, policy: Policy, texts: Iterable[str]) -> list[str]:
    """`texts` are targets as somebody has just typed them."""
    book = unit.levels.book
    left = {handle for handle, agent in unit.agents.items() if not agent.active}
    return [
        *_about_days(book, policy, texts),
        *_unknown(unit, policy),
        *lasting(book, policy),
        *_takes_all(book, policy),
        *who_left(policy, left),
    ]


def lasting(book: Book, policy: Policy) -> Iterator[str]:
    """What stays true until somebody changes it."""
    if book.condition(policy.when).impossible:
        yield f"{policy.name} can never match: no ticket is {policy.when} all at once"
    yield from _shadowed(book, policy)
    calendar = book.calendar(policy.calendar)
    if calendar is not None:
        opening = book.opening(calendar)
        longest = max(length for targets in policy.targets.values() for length in targets.values())
        if policy.since is not None and opening.add(policy.since, longest) is None:
            yield f"{policy.calendar} is not open for {written(longest)} within a hundred years: that is never due"
    for level in (*policy.warnings, *(step.at for step in policy.steps)):
        early = [
            f"{metric} {priority.label} ({written(length)})"
            for metric, targets in policy.targets.items()
            for priority, length in sorted(targets.items(), reverse=True)
            if level.spent(length) is None
        ]
        if early:
            yield f"{level} before the end is before the start of {', '.join(early)}: there it is left out"


def _about_days(book: Book, policy: Policy, texts: Iterable[str]) -> Iterator[str]:
    calendar = book.calendar(policy.calendar)
    named = [text for text in texts if _DAYS.search(text.partition("=")[2] or text)]
    if calendar is None or calendar.always or not named:
        return
    week = sum(frame.end - frame.start for frames in calendar.week for frame in frames)
    days = [frames for frames in calendar.week if frames]
    if not days:
        return
    hours = week / len(days) / 3600
    yield (
        f"{', '.join(named)}: a day is 24 hours of open time, and {calendar.name} is open {hours:g} hours a day; "
        f"write {hours:g}h for one of its days"
    )


def _shadowed(book: Book, policy: Policy) -> Iterator[str]:
    """Earlier policies that take all that this one is for."""
    place = book.order.index(policy.name) if policy.name in book.order else len(book.order)
    own = book.condition(policy.when)
    for other in book.current_policies[:place]:
        if book.condition(other.when).covers(own):
            yield f"{policy.name} can never match: {other.name} stands before it and takes the same tickets, and more"


def _takes_all(book: Book, policy: Policy) -> Iterator[str]:
    """Later policies that this one takes all tickets from."""
    if policy.name in book.order:
        own = book.condition(policy.when)
        for other in book.current_policies[book.order.index(policy.name) + 1 :]:
            if own.covers(book.condition(other.when)):
                yield f"{other.name} can never match any more: {policy.name} stands before it and takes its tickets"


def _unknown(unit: Unit, policy: Policy) -> Iterator[str]:
    """Teams and channels that there are not, or not yet."""
    condition = unit.levels.book.condition(policy.when)
    channels = {*unit.settings.channels, "phone", "manual"}
    for what, known in (("team", set(unit.teams)), ("channel", channels)):
        for name in sorted(condition.named(what) - {k.lower() for k in known}):
            yield f"there is no {what} {name} yet{did_you_mean(name, known)}"


def who_left(policy: Policy, left: Iterable[str]) -> Iterator[str]:
    gone = set(left)
    for step in policy.steps:
        for what, value in step.then:
            if what in ("notify", "escalate", "assign") and value.rpartition(":")[2] in gone:
                yield f"the step at {step.at} names {value}, who has left: whoever has the ticket is told instead"
