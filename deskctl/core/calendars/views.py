"""The JSON documents of calendars."""

from __future__ import annotations

from typing import TypedDict


class CalendarRow(TypedDict):
    """`hours` as in "mon-fri 09:00-18:00". `days` counts the days of their own; `policies` count in it.
    `holidays_until` is the last year of which public holidays were copied, null without any."""

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
    """`hours` as in "09:00-12:00", none on a closed day; `name` is that of a holiday or another day of its own."""

    date: str
    weekday: str
    hours: list[str]
    name: str | None


class CalendarDocument(CalendarRow):
    month: str
    month_days: list[CalendarDay]


class CalendarCheck(TypedDict):
    """Moments have the calendar's own offset. `working` is in seconds. `never`: the due moment does not come."""

    calendar: str
    timezone: str
    start: str
    open: bool
    due: str | None
    end: str | None
    working: int | None
    never: bool
