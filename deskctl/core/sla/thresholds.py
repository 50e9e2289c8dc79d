"""When something is due on a clock's way, and what of it is still to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from ..calendars.working_time import Schedule
from .clocks import Clock, ClockState
from .policy import BREACH, Level, Metric, Policy
from .policy_book import Book

#: What happens on a promise's way: whoever gave it is told a little before, and at its end.
PROMISE_LEVELS = (Level("before", 30 * 60), BREACH)
#: Something seen so long after its moment is late.
LATE_AFTER = timedelta(minutes=1)


class Reached(NamedTuple):
    """A level and when the clock gets there."""

    at: datetime
    level: Level


def levels_of(clock: Clock, book: Book) -> tuple[Level, ...]:
    if clock.metric is Metric.PROMISE:
        return PROMISE_LEVELS
    version = _version(clock, book)
    return (BREACH,) if version is None else version.levels


def warnings_of(clock: Clock, book: Book) -> tuple[Level, ...]:
    if clock.metric is Metric.PROMISE:
        return PROMISE_LEVELS
    version = _version(clock, book)
    return () if version is None else version.warnings


def steps_of(clock: Clock, book: Book, level: str) -> tuple[tuple[str, str], ...]:
    """What the clock's policy has done at a level."""
    version = _version(clock, book)
    return () if version is None else version.steps_at(level)


def _version(clock: Clock, book: Book) -> Policy | None:
    """The version that the clock follows."""
    if clock.policy is None:
        return None
    return next((p for p in book.policies[clock.policy] if p.version == clock.version), None)


def to_come(clock: Clock, book: Book) -> list[Reached]:
    """The levels that have not fired, in order of time; none while the clock does not run."""
    if clock.state is not ClockState.RUNNING or clock.due_at is None:
        return []
    schedule = book.schedule(clock.policy)
    found = []
    for level in levels_of(clock, book):
        if str(level) not in clock.fired:
            at = _by_hand(clock, level, schedule) if clock.by_hand else _counted(clock, level, schedule)
            if at is not None:
                found.append(Reached(at, level))
    whole = clock.target if clock.target is not None else schedule.between(clock.started_at, clock.due_at)
    return sorted(found, key=lambda r: (r.at, r.level.spent(whole) or timedelta(), r.level != BREACH))


def _counted(clock: Clock, level: Level, schedule: Schedule) -> datetime | None:
    assert clock.target is not None
    if level == BREACH:
        return clock.due_at
    spent = level.spent(clock.target)
    if spent is None:
        return None
    return schedule.add(clock.since, spent - clock.counted)


def _by_hand(clock: Clock, level: Level, schedule: Schedule) -> datetime | None:
    """The way from the clock's start to the moment that somebody named."""
    due = clock.due_at
    assert due is not None
    if level == BREACH:
        return due
    if level.kind == "after":
        return schedule.add(due, timedelta(seconds=level.amount))
    spent = level.spent(schedule.between(clock.started_at, due))
    at = None if spent is None else schedule.add(clock.started_at, spent)
    return at if at is not None and at > clock.ruled_since else None  # whoever names a moment knows how near it is


def with_next(clock: Clock, book: Book) -> Clock:
    """The clock, knowing when its next level comes."""
    following = to_come(clock, book)
    return replace(clock, next_at=following[0].at if following else None)


def passed(clock: Clock, book: Book, now: datetime) -> list[Reached]:
    """Levels whose moment has come and that have not fired, the highest last."""
    return [reached for reached in to_come(clock, book) if reached.at <= now]


def is_late(clock: Clock, at: datetime, now: datetime) -> bool:
    """Whether something due at `at` is seen too late, not counting the time before its rule held."""
    return now - max(at, clock.ruled_since, clock.since) > LATE_AFTER
