"""The JSON documents of routing."""

from __future__ import annotations

from typing import TypedDict

from ..shifts.views import HandoverRow
from ..tickets.views import TicketRow


class CandidateRow(TypedDict):
    """`score`: seconds since their last turn (round_robin; null: never had one), else how much of what they can take is
    free, from 0 to 1, and with `skill` one more for each skill that fits."""

    agent: str
    score: float | None


class LeftOutRow(TypedDict):
    """`reason` is offline, away, off_shift, channel, tier, gave_back, skills, full or had_enough."""

    agent: str
    reason: str


class RouteDecision(TypedDict):
    """`agent` null: the ticket waits on because of `why`. `at` is null for what would happen. `waived` are those of
    `skills` that no active agent of the team has."""

    at: str | None
    agent: str | None
    strategy: str
    why: str
    candidates: list[CandidateRow]
    left_out: list[LeftOutRow]
    skills: list[str]
    relaxed: bool
    relaxes_at: str | None
    tier: str | None
    waived: list[str]


class RouteDocument(TypedDict):
    """`decisions` are those that were made, the newest first; `would` is what would happen now, null for a ticket that
    does not wait, or whose team takes its tickets by hand. `said` is all of it in words."""

    ticket: int
    status: str
    team: str | None
    strategy: str
    assignee: str | None
    queue_at: str
    decisions: list[RouteDecision]
    would: RouteDecision | None
    said: list[str]


class QueueRow(TicketRow):
    """`queue_at`: its place in the queue. `overdue`: a clock is breached. `soon`: it will be within the hour."""

    queue_at: str
    overdue: bool
    soon: bool


class ApprovalRow(TypedDict):
    """`asked_by` waits for somebody to allow something on the ticket."""

    number: int
    subject: str
    asked_by: str


class QueueDocument(TypedDict):
    """`now`: as of which moment; `more`: how many tickets are not among these."""

    now: str
    tickets: list[QueueRow]
    more: int
    approvals: list[ApprovalRow]
    handovers: list[HandoverRow]
