"""The thresholds of a clock (share of the target, time before or after the due time) and when they are reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from ..calendars.working_time import Schedule
from .clocks import Clock, ClockState
from .policy import BREACH, Metric, Policy, Threshold
from .policy_book import PolicyBook

#: The thresholds of a promise: the assignee is notified shortly before the due time, and at the due time.
PROMISE_THRESHOLDS = (Threshold("before", 30 * 60), BREACH)
#: A threshold that is processed later than this after its time counts as late.
LATE_AFTER = timedelta(minutes=1)


class DueThreshold(NamedTuple):
    """A threshold and the time at which the clock reaches it."""

    at: datetime
    threshold: Threshold


def thresholds_of(clock: Clock, book: PolicyBook) -> tuple[Threshold, ...]:
    if clock.metric is Metric.PROMISE:
        return PROMISE_THRESHOLDS
    version = _version(clock, book)
    return (BREACH,) if version is None else version.thresholds


def warning_thresholds(clock: Clock, book: PolicyBook) -> tuple[Threshold, ...]:
    if clock.metric is Metric.PROMISE:
        return PROMISE_THRESHOLDS
    version = _version(clock, book)
    return () if version is None else version.warnings


def actions_at(clock: Clock, book: PolicyBook, threshold: str) -> tuple[tuple[str, str], ...]:
    """Return the actions that the clock's policy defines for a threshold."""
    version = _version(clock, book)
    return () if version is None else version.steps_at(threshold)


def _version(clock: Clock, book: PolicyBook) -> Policy | None:
    """Return the version of the policy that the clock was calculated with."""
    if clock.policy is None:
        return None
    return next((p for p in book.policies[clock.policy] if p.version == clock.version), None)


def upcoming(clock: Clock, book: PolicyBook) -> list[DueThreshold]:
    """Return the thresholds that have not fired, in chronological order; none while the clock does not run."""
    if clock.state is not ClockState.RUNNING or clock.due_at is None:
        return []
    schedule = book.schedule(clock.policy)
    found = []
    for threshold in thresholds_of(clock, book):
        if str(threshold) not in clock.fired:
            at = _by_hand(clock, threshold, schedule) if clock.by_hand else _counted(clock, threshold, schedule)
            if at is not None:
                found.append(DueThreshold(at, threshold))
    whole = clock.target if clock.target is not None else schedule.between(clock.started_at, clock.due_at)
    return sorted(found, key=lambda r: (r.at, r.threshold.spent(whole) or timedelta(), r.threshold != BREACH))


def _counted(clock: Clock, threshold: Threshold, schedule: Schedule) -> datetime | None:
    assert clock.target is not None
    if threshold == BREACH:
        return clock.due_at
    spent = threshold.spent(clock.target)
    if spent is None:
        return None
    return schedule.add(clock.since, spent - clock.counted)


def _by_hand(clock: Clock, threshold: Threshold, schedule: Schedule) -> datetime | None:
    """Return the time of a threshold of a clock whose due time an agent set."""
    due = clock.due_at
    assert due is not None
    if threshold == BREACH:
        return due
    if threshold.kind == "after":
        return schedule.add(due, timedelta(seconds=threshold.amount))
    spent = threshold.spent(schedule.between(clock.started_at, due))
    at = None if spent is None else schedule.add(clock.started_at, spent)
    # No warning about the past: the agent who sets a due time knows how near it is.
    return at if at is not None and at > clock.ruled_since else None


def with_next_threshold(clock: Clock, book: PolicyBook) -> Clock:
    """Return the clock with the time of its next threshold."""
    found = upcoming(clock, book)
    return replace(clock, next_at=found[0].at if found else None)


def due_thresholds(clock: Clock, book: PolicyBook, now: datetime) -> list[DueThreshold]:
    """Return the thresholds whose time has come and that have not fired, the highest last."""
    return [reached for reached in upcoming(clock, book) if reached.at <= now]


def is_late(clock: Clock, at: datetime, now: datetime) -> bool:
    """Return True if a threshold due at `at` is processed late. Time before its rule was valid does not count."""
    return now - max(at, clock.ruled_since, clock.since) > LATE_AFTER
