"""Queries about shifts, staffing and handover notes. `now` is a moment as users write it."""

from __future__ import annotations

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListShifts(Query, audience=Audience.AGENT):
    """List shifts and days off. Answer: `list[views.ShiftRow]`."""

    agent: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class ShowShifts(Query, audience=Audience.AGENT):
    """Show the week of a date ("2027-03-01"; None: this week), with the unread handover notes of the agent `reader`.

    Answer: `views.ShiftWeek`.
    """

    week: str | None = None
    team: str | None = None
    timezone: str | None = None
    reader: str | None = None
    now: str | None = None


@dataclass(frozen=True, slots=True)
class FindGaps(Query, audience=Audience.AGENT):
    """Find gaps: hours in which a team is open and no agent is on shift, for the length of time `ahead`.

    The open hours are `hours`, else the calendar `calendar`, else the calendar with the name of the team, else 24x7.
    Answer: `views.GapReport`.
    """

    ahead: str = "14d"
    team: str | None = None
    hours: str | None = None
    calendar: str | None = None
    timezone: str | None = None
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ListHandovers(Query, audience=Audience.AGENT):
    """List handover notes, the newest first; for a `reader` those of the reader's teams and those for all agents.

    `unread`: only notes that the reader has neither read nor written. `limit` None: all. Answer:
    `list[views.HandoverRow]`.
    """

    reader: str | None = None
    team: str | None = None
    unread: bool = False
    limit: int | None = 20


@dataclass(frozen=True, slots=True)
class PlanStaffing(Query, audience=Audience.AGENT):
    """Calculate how many agents each hour of the week needs.

    `target` is for example "80%/20s". `channel` is a name or a type; "chat" stands for all conversational channels,
    None for phones and chats, where customers wait for the answer. `aht` is a length of time; None: the average of the
    calls, else an assumption. `shrinkage` is for example "30%". Answer: `views.StaffingReport`.
    """

    target: str
    team: str | None = None
    channel: str | None = None
    aht: str | None = None
    shrinkage: str | None = None
    at_once: int = 1
    timezone: str | None = None
    now: str | None = None
