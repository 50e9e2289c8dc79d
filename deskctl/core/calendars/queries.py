"""Queries about calendars. `now` is a moment as users write it; None is the current time."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListCalendars(Query, audience=Audience.AGENT):
    """Answer: `list[level_answers.CalendarRow]`."""


@dataclass(frozen=True, slots=True)
class ShowCalendar(Query, audience=Audience.AGENT):
    """`month` as in "2027-02"; without one, that of `now`. Answer: `level_answers.CalendarDocument`."""

    name: str
    month: str | None = None
    now: str | None = None


@dataclass(frozen=True, slots=True)
class CheckCalendar(Query, audience=Audience.AGENT):
    """`then` is a length of working time ("+2h") or a second moment. Moments are read in the calendar's zone.

    Answer: `level_answers.CalendarCheck`.
    """

    name: str
    start: str
    then: str
    now: str | None = None
