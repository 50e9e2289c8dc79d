"""The documents that say how calendars, policies and clocks stand; `answers` holds the others."""

from __future__ import annotations

from typing import TypedDict


class StepRow(TypedDict):
    at: str
    then: list[str]


class PolicyDocument(TypedDict):
    """`targets`: by metric and priority, in seconds. `problems`: what is probably not meant."""

    name: str
    place: int
    when: str
    calendar: str
    targets: dict[str, dict[str, int]]
    warnings: list[str]
    steps: list[StepRow]
    version: int
    since: str
    problems: list[str]


class PolicyCandidate(TypedDict):
    policy: str
    matches: bool
    taken: bool
    why: str


#: One stretch of a clock's way. `state` is counted or paused, `working` is how many seconds of it counted.
SegmentRow = TypedDict("SegmentRow", {"from": str, "to": str | None, "state": str, "why": str, "working": int})


#: What a clock had to keep from a moment on. `target` in seconds; `due_by_hand` is a due moment that somebody set.
RuleRow = TypedDict(
    "RuleRow",
    {"from": str, "policy": str | None, "version": int | None, "target": int | None, "due_by_hand": str | None},
)


class ClockDocument(TypedDict):
    """`state`: running, paused, fulfilled or breached. `target`, `spent` and `left` are seconds of the calendar's time.
    `by_hand`: somebody set the due moment. `why`: what a paused clock waits for. `rules`: what it had to keep, one
    rule after another; the last one holds."""

    metric: str
    instance: int
    due: str | None
    state: str
    fulfilled_at: str | None
    breached_at: str | None
    started_at: str
    policy: str | None
    version: int | None
    calendar: str
    target: int | None
    spent: int
    left: int | None
    by_hand: bool
    why: str | None
    rules: list[RuleRow]
    segments: list[SegmentRow]


class PolicyTest(TypedDict):
    """`clocks` are those that the ticket has, or would have, under the policy that is for it."""

    ticket: int
    policy: str | None
    candidates: list[PolicyCandidate]
    clocks: list[ClockDocument]


class DueRow(TypedDict):
    """A running clock. `state`: running, warned or breached."""

    ticket: int
    subject: str
    priority: str
    assignee: str | None
    team: str | None
    metric: str
    instance: int
    due: str
    state: str
    policy: str | None
