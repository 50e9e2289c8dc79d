"""JSON documents of a ticket's clocks: target, state, and the time that counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ...i18n import _, _p, joined
from ..calendars.working_time import Schedule
from ..kernel.records import RecordedEvent
from ..kernel.settings import Settings
from .clocks import NO_POLICY, NO_TARGET, Clock, ClockKey, ClockRule, ClockState, calculate_clocks, rules_for
from .conditions import TicketFacts
from .pauses import Segment, segments
from .policy import Policy
from .policy_book import PolicyBook
from .policy_warnings import inactive_agent_remarks, missing_action_remarks, persistent_remarks
from .spans import spans
from .ticket_history import Change, TicketHistory, read_history

if TYPE_CHECKING:
    from .views import ClockDocument, PolicyCandidate, PolicyDocument, RuleRow, SegmentRow

_WHY = {
    "pending": _("waiting for the customer"),
    "hold": _("waiting for a third party"),
    "solved": _("the ticket is solved"),
    "closed": _("the ticket is closed"),
    "merged": _("the ticket was merged into another"),
    "spam": _("the ticket is spam"),
    NO_TARGET: _("the policy has no target for this priority"),
    NO_POLICY: _("no policy matches this ticket any more"),
}


def explain(ticket: int, events: Sequence[RecordedEvent], book: PolicyBook, now: datetime) -> list[ClockDocument]:
    """Return the document of each clock at the moment `now`, in the order of the metrics."""
    history = read_history([recorded for recorded in events if recorded.at <= now])
    return [] if history is None else documents(ticket, history, book, now)


def documents(ticket: int, history: TicketHistory, book: PolicyBook, now: datetime) -> list[ClockDocument]:
    clocks = calculate_clocks(ticket, history, book, now)
    known = {ClockKey(span.metric, span.instance): span for span in spans(history)}
    return [
        _document(
            clock, segments(known[key], history.states), list(rules_for(known[key], history, book, now)), book, now
        )
        for key, clock in clocks.items()
    ]


def _document(
    clock: Clock, timeline: Sequence[Segment], rules: Sequence[ClockRule], book: PolicyBook, now: datetime
) -> ClockDocument:
    schedule = book.schedule(clock.policy)
    end = clock.fulfilled_at or now
    if clock.why in (NO_TARGET, NO_POLICY):
        timeline = _stopped(timeline, clock.ruled_since, clock.why)
    shown = [part for segment in timeline if segment.start <= end for part in _parts(segment, schedule, end)]
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


def _stopped(timeline: Sequence[Segment], at: datetime, why: str) -> list[Segment]:
    """Return the timeline of a clock that has had no target since `at`."""
    kept = [s if s.end is not None and s.end <= at else s._replace(end=at) for s in timeline if s.start < at]
    return [*kept, Segment(at, None, False, why)]


def _parts(segment: Segment, schedule: Schedule, end: datetime) -> list[Segment]:
    """Split a segment where other business hours become valid."""
    if not segment.counted:
        return [segment]
    until = end if segment.end is None else min(segment.end, end)
    cuts = [entry.since for entry in schedule.entries if segment.start < entry.since < until]
    starts, ends = [segment.start, *cuts], [*cuts, segment.end]
    return [segment._replace(start=start, end=stop) for start, stop in zip(starts, ends, strict=True)]


def _rules(rules: Sequence[ClockRule]) -> list[RuleRow]:
    """Return the rules in chronological order; adjacent rules differ."""
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
    hours = _("24 hours a day") if calendar.is_always_open else _("in the hours of {calendar}", calendar=named)
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


def candidates(facts: TicketFacts, book: PolicyBook) -> list[PolicyCandidate]:
    """Return the policies in order, each with the terms that do not match."""
    taken = False
    found: list[PolicyCandidate] = []
    for policy in book.current_policies:
        failing = sorted(str(t) for t in book.condition(policy.when).terms if not t.holds(facts))
        matches = not failing
        if failing:
            why: str = joined(", ", [_("{term} does not match", term=term) for term in failing])
        else:
            why = _("an earlier policy matches") if taken else _p("policy", "matches")
        found.append({"policy": policy.name, "matches": matches, "taken": matches and not taken, "why": why})
        taken = taken or matches
    return found


def with_policy(history: TicketHistory, policy: str | None) -> TicketHistory:
    """Return the history as if one policy had applied from its start."""
    return replace(history, policies=[Change(history.start, policy)])


def policy_document(policy: Policy, book: PolicyBook, inactive: Sequence[str], settings: Settings) -> PolicyDocument:
    """Return the document of a policy; `inactive` are the deactivated agents."""
    return {
        "name": policy.name,
        "place": book.order.index(policy.name) + 1,
        "when": policy.when,
        "calendar": policy.calendar,
        "targets": {
            metric.value: {p.label: int(length.total_seconds()) for p, length in sorted(targets.items(), reverse=True)}
            for metric, targets in policy.targets.items()
        },
        "warnings": [str(threshold) for threshold in policy.warnings],
        "steps": [{"at": str(step.at), "then": [f"{k}={v}" for k, v in step.then]} for step in policy.steps],
        "version": policy.version,
        "since": _moment(policy.since) or "",
        "problems": [
            *persistent_remarks(book, policy),
            *inactive_agent_remarks(policy, inactive),
            *missing_action_remarks(policy, settings),
        ],
    }


def rfc3339(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _moment(at: datetime | None) -> Any:
    return None if at is None else rfc3339(at)
