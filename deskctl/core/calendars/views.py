"""The JSON documents of calendars."""

from __future__ import annotations

from typing import TypedDict


class CalendarRow(TypedDict):
    """A calendar. `hours` is for example "mon-fri 09:00-18:00". `days`: the number of special days; `policies` use it.

    `holidays_until` is the last year for which public holidays were copied, null without any.
    """

    name: str
    timezone: str
    hours: str
    holidays: list[str]
    days: int
    version: int
    since: str
    policies: list[str]
    holidays_until: int | None


class CalendarDay(TypedDict):
    """A date. `hours` are for example "09:00-12:00", none on a closed day; `name` is that of a special day."""

    date: str
    weekday: str
    hours: list[str]
    name: str | None


class CalendarDocument(CalendarRow):
    """A calendar with the days of a month."""

    month: str
    month_days: list[CalendarDay]


class CalendarCheck(TypedDict):
    """The result of a check.

    Moments have the calendar's offset. `working`: in seconds. `never`: not within 100 years.
    """

    calendar: str
    timezone: str
    start: str
    open: bool
    due: str | None
    end: str | None
    working: int | None
    never: bool
