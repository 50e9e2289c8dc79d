"""The JSON documents of SLA policies and clocks."""

from __future__ import annotations

from typing import TypedDict


class StepRow(TypedDict):
    at: str
    then: list[str]


class PolicyDocument(TypedDict):
    """A policy. `targets`: by metric and priority, in seconds. `problems`: warnings about probable mistakes."""

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


#: A segment of a clock's timeline. `state` is counted or paused; `working` is the number of seconds that counted.
SegmentRow = TypedDict("SegmentRow", {"from": str, "to": str | None, "state": str, "why": str, "working": int})


#: A rule that applied to a clock from a moment on. `target` in seconds; `due_by_hand` is a due time set by an agent.
RuleRow = TypedDict(
    "RuleRow",
    {"from": str, "policy": str | None, "version": int | None, "target": int | None, "due_by_hand": str | None},
)


class ClockDocument(TypedDict):
    """A clock.

    `state`: running, paused, fulfilled or breached. `target`, `spent` and `left` are seconds of working time.
    `by_hand`: an agent set the due time. `why`: the reason of a pause. `rules`: the rules that applied to the clock in
    chronological order; the last one is current.
    """

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
    """The policy that matches a ticket. `clocks` are those that the ticket has, or would have, under that policy."""

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
