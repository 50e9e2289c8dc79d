"""Calendars as documents: a month with its hours, and what working time makes of two moments."""

from __future__ import annotations

import calendar as gregorian
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ...errors import UsageError
from ..values.durations import parse_duration
from ..values.moments import YEARS, parse_moment
from .hours import shown, written
from .model import BEGINNING, WEEKDAYS, Calendar, zone
from .open_time import HORIZON_YEARS, Opening
from .views import CalendarCheck, CalendarDay, CalendarDocument, CalendarRow

_MONTH = re.compile(r"(\d{4})-(\d{1,2})\Z")
_LENGTH = re.compile(r"\+?(?:\d+[smhdw])+\Z", re.ASCII)
_SIGN = re.compile(r"\A\s*(?:\+|in\s)\s*", re.IGNORECASE)
#: Of what is shown and checked: hours so far away are nobody's, and what is not needed takes time.
_YEARS = YEARS


def row(calendar: Calendar, policies: Sequence[str]) -> CalendarRow:
    """`policies` are those that count in it."""
    return {
        "name": calendar.name,
        "timezone": calendar.timezone,
        "hours": written(calendar.week),
        "holidays": list(calendar.holidays),
        "days": len(calendar.days),
        "version": calendar.version,
        "since": calendar.since.isoformat().replace("+00:00", "Z"),
        "policies": list(policies),
        "holidays_until": calendar.holidays_until,
    }


def document(calendar: Calendar, month: str | None, now: datetime, policies: Sequence[str]) -> CalendarDocument:
    """Raises UsageError."""
    year, number = _month(month) if month else (now.astimezone(zone(calendar.timezone)).timetuple()[:2])
    _, count = gregorian.monthrange(year, number)
    days = [date(year, number, day) for day in range(1, count + 1)]
    return {**row(calendar, policies), "month": f"{year}-{number:02}", "month_days": [_day(calendar, d) for d in days]}


def _month(text: str) -> tuple[int, int]:
    found = _MONTH.match(text.strip())
    if found is None or not 1 <= int(found[2]) <= 12:
        raise UsageError(f"not a month: “{text}”", "as in 2027-02")
    if int(found[1]) not in _YEARS:
        raise UsageError(f"“{text}” is out of range", f"use a year from {_YEARS.start} to {_YEARS.stop - 1}")
    return int(found[1]), int(found[2])


def _day(calendar: Calendar, day: date) -> CalendarDay:
    own = calendar.days.get(day)
    return {
        "date": day.isoformat(),
        "weekday": WEEKDAYS[day.weekday()],
        "hours": [shown(frame) for frame in calendar.frames(day)],
        "name": None if own is None else own.name,
    }


def check(opening: Opening, start: str, then: str, now: datetime) -> CalendarCheck:
    """What is `due` a length of working time after a moment, or how much is `working` between two. Moments without a
    zone are the calendar's. Raises UsageError, also for a second moment before the first."""
    calendar = opening.calendar
    local = zone(calendar.timezone)
    begin = _near(start, now, local)
    answer: CalendarCheck = {
        "calendar": calendar.name,
        "timezone": calendar.timezone,
        "start": _local(begin, calendar),
        "open": opening.is_open(begin),
        "due": None,
        "end": None,
        "working": None,
        "never": False,
    }
    working = _length(then)
    if working is not None:
        due = opening.add(begin, working)
        answer["working"] = int(working.total_seconds())
        answer["due"] = None if due is None else _local(due, calendar)
        answer["never"] = due is None
        return answer
    end = _near(then, now, local)
    if end < begin:
        raise UsageError(f"“{then}” is before “{start}”", "name the earlier moment first, or a length, as in +2h")
    if end.year - begin.year > HORIZON_YEARS:
        raise UsageError(f"“{then}” is more than {HORIZON_YEARS} years after “{start}”", "name moments nearer together")
    answer["end"] = _local(end, calendar)
    answer["working"] = int(opening.between(begin, end).total_seconds())
    return answer


def _near(text: str, now: datetime, local: ZoneInfo) -> datetime:
    """A moment of the years that are checked. Raises UsageError."""
    found = parse_moment(text, now, local, day_at=time())
    if found.year not in _YEARS:
        raise UsageError(f"“{text}” is too far away", f"moments from {_YEARS[0]} to {_YEARS[-1]} are checked")
    return found


def _length(text: str) -> timedelta | None:
    """ "2h", "+1h 30m", "2 hours", "2시간": what a moment from now may be called, with or without its sign. None for
    what is no length. Raises UsageError for one of nothing."""
    compact = text.strip().lower().replace(" ", "")
    if _LENGTH.match(compact):
        return parse_duration(compact)
    try:
        length = parse_moment(f"+{_SIGN.sub('', text)}", BEGINNING, UTC) - BEGINNING
    except UsageError:
        return None
    if not length:
        raise UsageError(f"{text} is no time at all", "as in +2h")
    return length


def _local(at: datetime, calendar: Calendar) -> str:
    """RFC 3339 with the offset that holds there then."""
    return at.astimezone(zone(calendar.timezone)).isoformat()


#: For whoever has to say why there is no due moment.
NEVER = f"not within {HORIZON_YEARS} years"
