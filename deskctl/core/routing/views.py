"""The JSON documents of routing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ..tickets.views import TicketRow

if TYPE_CHECKING:
    from ..shifts.views import HandoverRow


class CandidateRow(TypedDict):
    """An agent who can take the ticket.

    `score`: seconds since their last turn (round_robin; null: none yet), otherwise the free share of their capacity,
    from 0 to 1, and with `skill` one more for each matching skill.
    """

    agent: str
    score: float | None


class LeftOutRow(TypedDict):
    """An agent who cannot. `reason`: offline, away, off_shift, channel, tier, gave_back, skills, full or had_enough."""

    agent: str
    reason: str


class RouteDecision(TypedDict):
    """A routing decision. `agent` null: the ticket continues to wait because of `why`.

    `at` is null for a decision that would be made now. `waived` are those of `skills` that no active agent of the team
    has.
    """

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
    """The routing of a ticket. `decisions`: those that were made, the newest first.

    `would`: the decision that would be made now; null if the ticket does not wait or its team assigns tickets manually.
    `said`: a description in text lines.
    """

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
    """A ticket in the queue. `queue_at`: its position. `overdue`: a clock is breached. `soon`: due within an hour."""

    queue_at: str
    overdue: bool
    soon: bool


class ApprovalRow(TypedDict):
    """A ticket with an open approval; `asked_by` is the agent who requested it."""

    number: int
    subject: str
    asked_by: str


class QueueDocument(TypedDict):
    """The queue at the moment `now`; `more` is the number of tickets that are not listed.

    `more` is None if there are very many: counting all of them would take much longer than listing the first.
    """

    now: str
    tickets: list[QueueRow]
    more: int | None
    approvals: list[ApprovalRow]
    handovers: list[HandoverRow]
