"""A ticket's clocks, worked out from its life: a pure function of what happened, the book and the moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from ..calendars.model import ALWAYS
from ..calendars.working_time import Schedule
from ..tickets.model import Priority
from .pauses import Segment, Span, segments, spans
from .policy import Metric, Policy
from .policy_book import Book
from .ticket_history import Life, at_moment

_NOTHING = timedelta()
#: Why a clock stands still whose policy has no target for the ticket's priority (any more).
NO_TARGET = "no_target"
#: Why one stands still whose policy is not for the ticket any more, and no other is.
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
    """One promise to one customer. Moments are aware, UTC; `target` and `counted` are working time.

    `since`: while it runs, the moment at which `counted` had passed. `ruled_since`: from when on its policy, target
    or due moment holds. `due_at` is None where the moment never comes, and while it is paused unless it was set by
    hand. `by_hand`: the due
    moment was set by somebody. `fired` are the levels whose warnings and steps are done with, `next_at` is when the
    next one comes. `edition` is that of the book that it was worked out with.
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
        """As people see it: what is overdue is breached, until it is settled."""
        return "breached" if self.breached_at is not None and self.state is not ClockState.FULFILLED else self.state


class Rule(NamedTuple):
    """What a clock has to keep from `since` until `until` (None: still)."""

    since: datetime
    until: datetime | None
    policy: str | None
    version: Policy | None
    target: timedelta | None
    by_hand: datetime | None


def work_out(ticket: int, life: Life, book: Book, now: datetime) -> dict[ClockKey, Clock]:
    """Every clock that some policy, or somebody's hand, has set a target for in its time; without levels."""
    found: dict[ClockKey, Clock] = {}
    for span in spans(life):
        clock = _clock(ticket, span, life, book, now)
        if clock is not None:
            found[clock.key] = clock
    return found


def _clock(ticket: int, span: Span, life: Life, book: Book, now: datetime) -> Clock | None:
    rules = list(rules_of(span, life, book, now))
    if not any(rule.target is not None or rule.by_hand is not None for rule in rules):
        return None
    way = segments(span, life.states)
    rule, last = rules[-1], way[-1]
    schedule = book.schedule(rule.policy)
    aimless = rule.target is None and rule.by_hand is None and span.end is None
    running = span.end is None and last.counted and not aimless
    since = last.start if running else (span.end or now)
    state = ClockState.FULFILLED if span.end else ClockState.RUNNING if running else ClockState.PAUSED
    piece = schedule.at(span.end or now)
    return Clock(
        ticket=ticket,
        metric=span.metric,
        instance=span.instance,
        state=state,
        started_at=span.start,
        policy=rule.policy if span.metric is not Metric.PROMISE else None,
        version=rule.version.version if rule.version is not None else None,
        calendar=piece.opening.calendar.name if span.metric is not Metric.PROMISE else ALWAYS,
        target=rule.target,
        due_at=rule.by_hand if state is ClockState.PAUSED else _due(rule, schedule, way),
        counted=counted(schedule, way, since),
        since=since,
        ruled_since=rule.since,
        by_hand=rule.by_hand is not None,
        why=None if running or span.end else _why(rule) if aimless and last.counted else last.why,
        breached_at=_breached(rules, way, book, span.end, now),
        fulfilled_at=span.end,
        edition=book.edition,
    )


def _why(rule: Rule) -> str:
    return NO_POLICY if rule.policy is None else NO_TARGET


def rules_of(span: Span, life: Life, book: Book, now: datetime) -> Iterator[Rule]:
    """What held during the clock's life, one stretch after another."""
    end = span.end or now
    moments = {span.start}
    changes = [
        *(policy.at for policy in life.policies),
        *(priority.at for priority in life.priorities),
        *(due.at for due in life.dues),
        *(promise.at for promise in life.promises),
    ]
    changes += [v.since for name in {c.value for c in life.policies} if name for v in book.policies[name] if v.since]
    moments.update(at for at in changes if span.start < at < end or (span.end is None and at == end))
    ordered = sorted(moments)
    for number, since in enumerate(ordered):
        until = ordered[number + 1] if number + 1 < len(ordered) else None
        yield _rule(span, life, book, since, until)


def _rule(span: Span, life: Life, book: Book, since: datetime, until: datetime | None) -> Rule:
    if span.metric is Metric.PROMISE:
        promised = at_moment(life.promises, since)
        return Rule(since, until, None, None, None, promised)
    policy = at_moment(life.policies, since)
    version = book.version(policy, since) if policy is not None else None
    priority = at_moment(life.priorities, since) or Priority.NORMAL
    target = version.target(span.metric, priority) if version is not None else None
    # By hand: what was said last of this metric, for the clock that was there then.
    said = [c.value[1] for c in life.dues if c.value[0] == span.metric and span.start <= c.at <= since]
    return Rule(since, until, policy, version, target, said[-1] if said else None)


def _due(rule: Rule, schedule: Schedule, way: Sequence[Segment]) -> datetime | None:
    if rule.by_hand is not None:
        return rule.by_hand
    return None if rule.target is None else reached(schedule, way, rule.target)


def counted(schedule: Schedule, way: Sequence[Segment], until: datetime) -> timedelta:
    """How much working time the clock has seen by then."""
    total = _NOTHING
    for segment in way:
        if segment.start >= until:
            break
        if segment.counted:
            total += schedule.between(segment.start, until if segment.end is None else min(segment.end, until))
    return total


def reached(schedule: Schedule, way: Sequence[Segment], working: timedelta) -> datetime | None:
    """When the clock has seen `working` time; the last stretch that counts is taken to go on. None: never."""
    last = max((number for number, segment in enumerate(way) if segment.counted), default=-1)
    left = working
    for number, segment in enumerate(way[: last + 1]):
        if not segment.counted:
            continue
        if number == last or segment.end is None:
            return schedule.add(segment.start, left)
        passed = schedule.between(segment.start, segment.end)
        if passed >= left:
            return schedule.add(segment.start, left)
        left -= passed
    return None


def _breached(
    rules: Sequence[Rule], way: Sequence[Segment], book: Book, end: datetime | None, now: datetime
) -> datetime | None:
    """The first moment at which the clock ran past what it had to keep then. A breach stays one."""
    for rule in rules:
        if rule.by_hand is None and rule.target is None:
            continue
        due = _due(rule, book.schedule(rule.policy), way)
        if due is None:
            continue
        at = _running_from(way, max(due, rule.since))
        limit = rule.until or end
        if at is not None and (at < limit if limit is not None else at <= now):
            return at
    return None


def _running_from(way: Sequence[Segment], at: datetime) -> datetime | None:
    """The first moment not before `at` at which the clock runs."""
    for segment in way:
        if segment.counted and (segment.end is None or segment.end > at):
            return max(at, segment.start)
    return None
