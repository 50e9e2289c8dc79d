"""Questions about who works when, how many it takes, and what is next. `now` is a moment as people write it."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListShifts(Query, audience=Audience.AGENT):
    """Shifts and days off. Answer: `list[shift_answers.ShiftRow]`."""

    agent: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class ShowShifts(Query, audience=Audience.AGENT):
    """The week of a date ("2027-03-01"; None: this week). `reader` is the agent whose unread notes come along.

    Answer: `shift_answers.ShiftWeek`.
    """

    week: str | None = None
    team: str | None = None
    timezone: str | None = None
    reader: str | None = None
    now: str | None = None


@dataclass(frozen=True, slots=True)
class FindGaps(Query, audience=Audience.AGENT):
    """Hours in which a team is open and nobody is there. `ahead` is a length of time. The hours are `hours`, else the
    calendar `calendar`, else the one that is called as the team, else 24x7. Answer: `shift_answers.GapReport`."""

    ahead: str = "14d"
    team: str | None = None
    hours: str | None = None
    calendar: str | None = None
    timezone: str | None = None
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ListHandovers(Query, audience=Audience.AGENT):
    """Notes, the newest first; for a `reader` those of their teams and of everybody. `unread`: only what they have not
    read and did not write. `limit` None: all of them. Answer: `list[shift_answers.HandoverRow]`."""

    reader: str | None = None
    team: str | None = None
    unread: bool = False
    limit: int | None = 20


@dataclass(frozen=True, slots=True)
class PlanStaffing(Query, audience=Audience.AGENT):
    """How many people which hour of the week needs. `target` as in "80%/20s"; `channel` a name or a kind, "chat" is
    every channel on which people talk, None: phones and chats, where customers wait for the answer. `aht` is a length
    of time, None: that of the calls, else an assumed one; `shrinkage` as in "30%".
    Answer: `shift_answers.StaffingReport`."""

    target: str
    team: str | None = None
    channel: str | None = None
    aht: str | None = None
    shrinkage: str | None = None
    at_once: int = 1
    timezone: str | None = None
    now: str | None = None
