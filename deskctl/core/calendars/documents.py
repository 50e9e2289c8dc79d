"""JSON documents of calendars: a month with its hours, and the check of working time between two moments."""

from __future__ import annotations

import calendar as gregorian
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ...errors import UsageError
from ...i18n import _
from ..values.durations import parse_duration
from ..values.moments import YEARS, parse_moment
from .business_hours import HORIZON_YEARS, BusinessHours
from .hours import format_frame, format_week
from .model import BEGINNING, WEEKDAYS, Calendar, zone

if TYPE_CHECKING:
    from .views import CalendarCheck, CalendarDay, CalendarDocument, CalendarRow

_MONTH = re.compile(r"(\d{4})-(\d{1,2})\Z")
_LENGTH = re.compile(r"\+?(?:\d+[smhdw])+\Z", re.ASCII)
_SIGN = re.compile(r"\A\s*(?:\+|in\s)\s*", re.IGNORECASE)
#: The years that can be shown and checked; the limit keeps the computation short.
_YEARS = YEARS


def row(calendar: Calendar, policies: Sequence[str]) -> CalendarRow:
    """Return the row of a calendar; `policies` are those that use it."""
    return {
        "name": calendar.name,
        "timezone": calendar.timezone,
        "hours": format_week(calendar.week),
        "holidays": list(calendar.holidays),
        "days": len(calendar.days),
        "version": calendar.version,
        "since": calendar.since.isoformat().replace("+00:00", "Z"),
        "policies": list(policies),
        "holidays_until": calendar.holidays_until,
    }


def document(calendar: Calendar, month: str | None, now: datetime, policies: Sequence[str]) -> CalendarDocument:
    """Return the document of a calendar for a month. Raises UsageError."""
    year, number = _month(month) if month else (now.astimezone(zone(calendar.timezone)).timetuple()[:2])
    count = gregorian.monthrange(year, number)[1]
    days = [date(year, number, day) for day in range(1, count + 1)]
    return {**row(calendar, policies), "month": f"{year}-{number:02}", "month_days": [_day(calendar, d) for d in days]}


def _month(text: str) -> tuple[int, int]:
    found = _MONTH.match(text.strip())
    if found is None or not 1 <= int(found[2]) <= 12:
        raise UsageError(_('not a month: "{text}"', text=text), _("use YYYY-MM"))
    if int(found[1]) not in _YEARS:
        raise UsageError(
            _('out of range: "{text}"', text=text),
            _("use a year from {first} to {last}", first=_YEARS[0], last=_YEARS[-1]),
        )
    return int(found[1]), int(found[2])


def _day(calendar: Calendar, day: date) -> CalendarDay:
    special = calendar.days.get(day)
    return {
        "date": day.isoformat(),
        "weekday": WEEKDAYS[day.weekday()],
        "hours": [format_frame(frame) for frame in calendar.frames(day)],
        "name": None if special is None else special.name,
    }


def check(opening: BusinessHours, start: str, then: str, now: datetime) -> CalendarCheck:
    """Check a calendar: return the moment after a length of working time, or the working time between two moments.

    Moments without a zone are in the calendar's zone. Raises UsageError, also if the second moment is before the first.
    """
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
        raise UsageError(
            _('"{end}" is before "{start}"', end=then, start=start),
            _("give the earlier moment first, or a length, for example +2h"),
        )
    if end.year - begin.year > HORIZON_YEARS:
        raise UsageError(
            _('"{end}" is more than {years} years after "{start}"', end=then, years=HORIZON_YEARS, start=start),
            _("give moments that are closer together"),
        )
    answer["end"] = _local(end, calendar)
    answer["working"] = int(opening.between(begin, end).total_seconds())
    return answer


def _near(text: str, now: datetime, local: ZoneInfo) -> datetime:
    """Parse a moment within the supported years. Raises UsageError."""
    found = parse_moment(text, now, local, day_at=time())
    if found.year not in _YEARS:
        raise UsageError(
            _('out of range: "{text}"', text=text),
            _("use a year from {first} to {last}", first=_YEARS[0], last=_YEARS[-1]),
        )
    return found


def _length(text: str) -> timedelta | None:
    """Parse a length such as "2h", "+1h 30m", "2 hours" or "2시간", with or without a sign; None if it is not a length.

    Raises UsageError for a length of zero.
    """
    compact = text.strip().lower().replace(" ", "")
    if _LENGTH.match(compact):
        return parse_duration(compact)
    try:
        length = parse_moment(f"+{_SIGN.sub('', text)}", BEGINNING, UTC) - BEGINNING
    except UsageError:
        return None
    if not length:
        raise UsageError(_("{text} has no length", text=text), _("use for example +2h"))
    return length


def _local(at: datetime, calendar: Calendar) -> str:
    """Format a moment as RFC 3339 with the calendar's offset."""
    return at.astimezone(zone(calendar.timezone)).isoformat()


#: The explanation of a moment that is never reached.
NEVER = _("not within {years} years", years=HORIZON_YEARS)
