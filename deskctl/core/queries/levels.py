"""Questions about calendars and service levels. `now` is a moment as people write it; None: this one."""

from __future__ import annotations

from dataclasses import dataclass

from . import Query


@dataclass(frozen=True, slots=True)
class ListCalendars(Query):
    """Answer: `list[level_answers.CalendarRow]`."""


@dataclass(frozen=True, slots=True)
class ShowCalendar(Query):
    """`month` as in "2027-02"; without one, that of `now`. Answer: `level_answers.CalendarDocument`."""

    name: str
    month: str | None = None
    now: str | None = None


@dataclass(frozen=True, slots=True)
class CheckCalendar(Query):
    """`then` is a length of working time ("+2h") or a second moment. Moments are read in the calendar's zone.

    Answer: `level_answers.CalendarCheck`.
    """

    name: str
    start: str
    then: str
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ListPolicies(Query):
    """In the order in which they are tried. Answer: `list[level_answers.PolicyDocument]`."""


@dataclass(frozen=True, slots=True)
class ShowPolicy(Query):
    """Answer: `level_answers.PolicyDocument`."""

    name: str


@dataclass(frozen=True, slots=True)
class TestPolicies(Query):
    """Which policy is for a ticket, and why the others are not. Answer: `level_answers.PolicyTest`."""

    ticket: int
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ListDue(Query):
    """Running clocks that are overdue or due `within` some time, the first due first.

    Answer: `list[level_answers.DueRow]`.
    """

    within: str | None = None
    team: str | None = None
    limit: int = 200
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ExplainClocks(Query):
    """Every clock of a ticket with all its segments. Answer: `list[level_answers.ClockDocument]`."""

    ticket: int
    now: str | None = None
