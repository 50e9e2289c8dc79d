"""A ticket's clocks as documents: what was promised, how it stands, and which time counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..calendars.working_time import Schedule
from ..kernel.records import RecordedEvent
from .clocks import NO_POLICY, NO_TARGET, Clock, ClockKey, ClockState, Rule, rules_of, work_out
from .conditions import Facts
from .pauses import Segment, segments, spans
from .policy import Policy
from .policy_book import Book
from .policy_warnings import lasting, who_left
from .ticket_history import Change, Life, read
from .views import ClockDocument, PolicyCandidate, PolicyDocument, RuleRow, SegmentRow

_WHY = {
    "pending": "waits for the customer",
    "hold": "waits for a third party",
    "solved": "the ticket is solved",
    "closed": "the ticket is closed",
    "merged": "the ticket was merged into another",
    "spam": "the ticket is spam",
    NO_TARGET: "the policy has no target for this priority",
    NO_POLICY: "no policy is for this ticket any more",
}


def explain(ticket: int, history: Sequence[RecordedEvent], book: Book, now: datetime) -> list[ClockDocument]:
    """Every clock as of `now`, in the order of the metrics."""
    life = read([recorded for recorded in history if recorded.at <= now])
    return [] if life is None else documents(ticket, life, book, now)


def documents(ticket: int, life: Life, book: Book, now: datetime) -> list[ClockDocument]:
    clocks = work_out(ticket, life, book, now)
    known = {ClockKey(span.metric, span.instance): span for span in spans(life)}
    return [
        _document(clock, segments(known[key], life.states), list(rules_of(known[key], life, book, now)), book, now)
        for key, clock in clocks.items()
    ]


def _document(clock: Clock, way: Sequence[Segment], rules: Sequence[Rule], book: Book, now: datetime) -> ClockDocument:
    schedule = book.schedule(clock.policy)
    end = clock.fulfilled_at or now
    if clock.why in (NO_TARGET, NO_POLICY):
        way = _stopped(way, clock.ruled_since, clock.why)
    shown = [part for segment in way if segment.start <= end for part in _parts(segment, schedule, end)]
    spent = sum((_working(s, schedule, end) for s in shown), timedelta())
    return {
        "metric": clock.metric.value,
        "instance": clock.instance,
        "due": _moment(clock.due_at),
        "state": str(clock.shown_state),
        "fulfilled_at": _moment(clock.fulfilled_at),
        "breached_at": _moment(clock.breached_at),
        "started_at": rfc3339(clock.started_at),
        "policy": clock.policy,
        "version": clock.version,
        "calendar": clock.calendar,
        "target": None if clock.target is None else int(clock.target.total_seconds()),
        "spent": int(spent.total_seconds()),
        "left": None if clock.target is None else int((clock.target - spent).total_seconds()),
        "by_hand": clock.by_hand,
        "why": _WHY.get(clock.why or "", clock.why) if clock.state is ClockState.PAUSED else None,
        "rules": _rules(rules),
        "segments": [_segment(part, clock, schedule, end) for part in shown],
    }


def _stopped(way: Sequence[Segment], at: datetime, why: str) -> list[Segment]:
    """The way of a clock that nothing asks for any more since `at`."""
    kept = [s if s.end is not None and s.end <= at else s._replace(end=at) for s in way if s.start < at]
    return [*kept, Segment(at, None, False, why)]


def _parts(segment: Segment, schedule: Schedule, end: datetime) -> list[Segment]:
    """A segment, cut where other hours hold."""
    if not segment.counted:
        return [segment]
    until = end if segment.end is None else min(segment.end, end)
    cuts = [piece.since for piece in schedule.pieces if segment.start < piece.since < until]
    starts, ends = [segment.start, *cuts], [*cuts, segment.end]
    return [segment._replace(start=start, end=stop) for start, stop in zip(starts, ends, strict=True)]


def _rules(rules: Sequence[Rule]) -> list[RuleRow]:
    """What was asked for, one after another; neighbours differ."""
    found: list[RuleRow] = []
    for rule in rules:
        row: RuleRow = {
            "from": rfc3339(rule.since),
            "policy": rule.policy,
            "version": None if rule.version is None else rule.version.version,
            "target": None if rule.target is None else int(rule.target.total_seconds()),
            "due_by_hand": _moment(rule.by_hand),
        }
        if not found or {**found[-1], "from": ""} != {**row, "from": ""}:
            found.append(row)
    return found


def _segment(segment: Segment, clock: Clock, schedule: Schedule, end: datetime) -> SegmentRow:
    calendar = schedule.at(segment.start).opening.calendar
    named = calendar.name if clock.policy is not None else clock.calendar
    hours = "around the clock" if calendar.always else f"in the hours of {named}"
    until = segment.end if segment.end is not None else clock.fulfilled_at
    return {
        "from": rfc3339(segment.start),
        "to": _moment(until),
        "state": "counted" if segment.counted else "paused",
        "why": hours if segment.counted else _WHY.get(segment.why, segment.why),
        "working": int(_working(segment, schedule, end).total_seconds()),
    }


def _working(segment: Segment, schedule: Schedule, end: datetime) -> timedelta:
    if not segment.counted or segment.start >= end:
        return timedelta()
    return schedule.between(segment.start, end if segment.end is None else min(segment.end, end))


def candidates(facts: Facts, book: Book) -> list[PolicyCandidate]:
    """Policies in order, and what of each does not hold."""
    taken = False
    found: list[PolicyCandidate] = []
    for policy in book.current_policies:
        failing = sorted(str(t) for t in book.condition(policy.when).terms if not t.holds(facts))
        matches = not failing
        why = ", ".join(f"{term} does not hold" for term in failing) or (
            "an earlier one matches" if taken else "matches"
        )
        found.append({"policy": policy.name, "matches": matches, "taken": matches and not taken, "why": why})
        taken = taken or matches
    return found


def if_it_had(life: Life, policy: str | None) -> Life:
    """The same life under one policy from its start."""
    return replace(life, policies=[Change(life.start, policy)])


def policy_document(policy: Policy, book: Book, left: Sequence[str]) -> PolicyDocument:
    """`left` are agents who are no longer there."""
    return {
        "name": policy.name,
        "place": book.order.index(policy.name) + 1,
        "when": policy.when,
        "calendar": policy.calendar,
        "targets": {
            metric.value: {p.label: int(length.total_seconds()) for p, length in sorted(targets.items(), reverse=True)}
            for metric, targets in policy.targets.items()
        },
        "warnings": [str(level) for level in policy.warnings],
        "steps": [{"at": str(step.at), "then": [f"{k}={v}" for k, v in step.then]} for step in policy.steps],
        "version": policy.version,
        "since": _moment(policy.since) or "",
        "problems": [*lasting(book, policy), *who_left(policy, left)],
    }


def rfc3339(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _moment(at: datetime | None) -> Any:
    return None if at is None else rfc3339(at)
