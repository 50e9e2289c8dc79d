"""The SLA clocks of a ticket: a pure function of its history, the policy book and the current time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from ...dataclass import dataclass
from ..calendars.model import ALWAYS
from ..calendars.working_time import Schedule
from ..tickets.model import Priority
from .pauses import Segment, segments
from .policy import Metric, Policy
from .policy_book import PolicyBook
from .spans import Span, spans
from .ticket_history import TicketHistory, value_at

_ZERO = timedelta()
#: Pause reason: the policy has no target for the ticket's priority, or none any more.
NO_TARGET = "no_target"
#: Pause reason: the policy no longer matches the ticket, and no other policy does.
NO_POLICY = "no_policy"


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    FULFILLED = "fulfilled"


class ClockKey(NamedTuple):
    metric: Metric
    instance: int


@dataclass(frozen=True, slots=True)
class Clock:
    """One SLA clock of a ticket. Times are aware, UTC; `target` and `counted` are working time.

    `counted` is the time that had counted at `since`. `ruled_since`: the time from which its policy, target or due
    time is valid. `due_at` is None if the calendar never opens again, and while the clock is paused, unless an agent
    set it (`by_hand`). `why` is the reason of a pause. `fired` lists the thresholds whose warnings and steps are done;
    `next_at` is the time of the next one. `edition` is the edition of the policy book it was calculated with.
    """

    ticket: int
    metric: Metric
    instance: int
    state: ClockState
    started_at: datetime
    policy: str | None
    version: int | None
    calendar: str
    target: timedelta | None
    due_at: datetime | None
    counted: timedelta
    since: datetime
    ruled_since: datetime
    by_hand: bool = False
    why: str | None = None
    breached_at: datetime | None = None
    fulfilled_at: datetime | None = None
    fired: tuple[str, ...] = ()
    next_at: datetime | None = None
    edition: int = 0

    @property
    def key(self) -> ClockKey:
        return ClockKey(self.metric, self.instance)

    @property
    def shown_state(self) -> str:
        """The state that users see: an overdue clock is breached until it is fulfilled."""
        return "breached" if self.breached_at is not None and self.state is not ClockState.FULFILLED else self.state


class ClockRule(NamedTuple):
    """The target or due time that applies to a clock from `since` until `until` (None: until now)."""

    since: datetime
    until: datetime | None
    policy: str | None
    version: Policy | None
    target: timedelta | None
    by_hand: datetime | None


def calculate_clocks(ticket: int, history: TicketHistory, book: PolicyBook, now: datetime) -> dict[ClockKey, Clock]:
    """Return each clock that ever had a target from a policy or a due time from an agent; without thresholds."""
    found: dict[ClockKey, Clock] = {}
    for span in spans(history):
        clock = _clock(ticket, span, history, book, now)
        if clock is not None:
            found[clock.key] = clock
    return found


def _clock(ticket: int, span: Span, history: TicketHistory, book: PolicyBook, now: datetime) -> Clock | None:
    rules = list(rules_for(span, history, book, now))
    if not any(rule.target is not None or rule.by_hand is not None for rule in rules):
        return None
    timeline = segments(span, history.states)
    rule, last = rules[-1], timeline[-1]
    schedule = book.schedule(rule.policy)
    without_target = rule.target is None and rule.by_hand is None and span.end is None
    running = span.end is None and last.counted and not without_target
    since = last.start if running else (span.end or now)
    state = ClockState.FULFILLED if span.end else ClockState.RUNNING if running else ClockState.PAUSED
    entry = schedule.at(span.end or now)
    return Clock(
        ticket=ticket,
        metric=span.metric,
        instance=span.instance,
        state=state,
        started_at=span.start,
        policy=rule.policy if span.metric is not Metric.PROMISE else None,
        version=rule.version.version if rule.version is not None else None,
        calendar=entry.opening.calendar.name if span.metric is not Metric.PROMISE else ALWAYS,
        target=rule.target,
        due_at=rule.by_hand if state is ClockState.PAUSED else _due(rule, schedule, timeline),
        counted=counted_time(schedule, timeline, since),
        since=since,
        ruled_since=rule.since,
        by_hand=rule.by_hand is not None,
        why=None if running or span.end else _pause_reason(rule) if without_target and last.counted else last.why,
        breached_at=_first_breach(rules, timeline, book, span.end, now),
        fulfilled_at=span.end,
        edition=book.edition,
    )


def _pause_reason(rule: ClockRule) -> str:
    return NO_POLICY if rule.policy is None else NO_TARGET


def rules_for(span: Span, history: TicketHistory, book: PolicyBook, now: datetime) -> Iterator[ClockRule]:
    """Return the rules that applied to the clock since its start, in chronological order."""
    end = span.end or now
    moments = {span.start}
    changes = [
        *(policy.at for policy in history.policies),
        *(priority.at for priority in history.priorities),
        *(due.at for due in history.dues),
        *(promise.at for promise in history.promises),
    ]
    changes += [v.since for name in {c.value for c in history.policies} if name for v in book.policies[name] if v.since]
    moments.update(at for at in changes if span.start < at < end or (span.end is None and at == end))
    ordered = sorted(moments)
    for number, since in enumerate(ordered):
        until = ordered[number + 1] if number + 1 < len(ordered) else None
        yield _rule(span, history, book, since, until)


def _rule(span: Span, history: TicketHistory, book: PolicyBook, since: datetime, until: datetime | None) -> ClockRule:
    if span.metric is Metric.PROMISE:
        promised = value_at(history.promises, since)
        return ClockRule(since, until, None, None, None, promised)
    policy = value_at(history.policies, since)
    version = book.version(policy, since) if policy is not None else None
    priority = value_at(history.priorities, since) or Priority.NORMAL
    target = version.target(span.metric, priority) if version is not None else None
    # Due time by hand: the last one that was set for this metric while this clock existed.
    due_times = [c.value[1] for c in history.dues if c.value[0] == span.metric and span.start <= c.at <= since]
    return ClockRule(since, until, policy, version, target, due_times[-1] if due_times else None)


def _due(rule: ClockRule, schedule: Schedule, timeline: Sequence[Segment]) -> datetime | None:
    if rule.by_hand is not None:
        return rule.by_hand
    return None if rule.target is None else time_reached(schedule, timeline, rule.target)


def counted_time(schedule: Schedule, timeline: Sequence[Segment], until: datetime) -> timedelta:
    """Return the working time that has counted until a moment."""
    total = _ZERO
    for segment in timeline:
        if segment.start >= until:
            break
        if segment.counted:
            total += schedule.between(segment.start, until if segment.end is None else min(segment.end, until))
    return total


def time_reached(schedule: Schedule, timeline: Sequence[Segment], working: timedelta) -> datetime | None:
    """Return when `working` time has counted, if the last segment that counts continues. None: never."""
    last = max((number for number, segment in enumerate(timeline) if segment.counted), default=-1)
    left = working
    for number, segment in enumerate(timeline[: last + 1]):
        if not segment.counted:
            continue
        if number == last or segment.end is None:
            return schedule.add(segment.start, left)
        passed = schedule.between(segment.start, segment.end)
        if passed >= left:
            return schedule.add(segment.start, left)
        left -= passed
    return None


def _first_breach(
    rules: Sequence[ClockRule], timeline: Sequence[Segment], book: PolicyBook, end: datetime | None, now: datetime
) -> datetime | None:
    """Return the first moment at which the clock ran past the due time of that moment. A breach remains a breach."""
    for rule in rules:
        if rule.by_hand is None and rule.target is None:
            continue
        due = _due(rule, book.schedule(rule.policy), timeline)
        if due is None:
            continue
        at = _first_running(timeline, max(due, rule.since))
        limit = rule.until or end
        if at is not None and (at < limit if limit is not None else at <= now):
            return at
    return None


def _first_running(timeline: Sequence[Segment], at: datetime) -> datetime | None:
    """Return the first moment at or after `at` at which the clock runs."""
    for segment in timeline:
        if segment.counted and (segment.end is None or segment.end > at):
            return max(at, segment.start)
    return None
