"""Queries about calendars. `now` is a moment as users write it; None is the current time."""

from __future__ import annotations

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListCalendars(Query, audience=Audience.AGENT):
    """List the calendars. Answer: `list[views.CalendarRow]`."""


@dataclass(frozen=True, slots=True)
class ShowCalendar(Query, audience=Audience.AGENT):
    """Show a calendar and a month ("2027-02"; None: the current one). Answer: `views.CalendarDocument`."""

    name: str
    month: str | None = None
    now: str | None = None


@dataclass(frozen=True, slots=True)
class CheckCalendar(Query, audience=Audience.AGENT):
    """Check a calendar: `then` is a length of working time ("+2h") or a second moment, in the calendar's zone.

    Answer: `views.CalendarCheck`.
    """

    name: str
    start: str
    then: str
    now: str | None = None
