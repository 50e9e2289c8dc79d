"""The day that a moment in an iCalendar file means: files write whole days as moments, often in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Properties that name the zone of a whole file; the first is what programs write.
_NAMES = ("X-WR-TIMEZONE", "TIMEZONE-ID")
_YES = ("TRUE", "1")
#: How programs mark an event with times as one of whole days.
_FLAGS = ("X-MICROSOFT-CDO-ALLDAYEVENT", "X-FUNAMBOL-ALLDAY")


def zone_of_file(calendar: Any) -> tuple[tzinfo | None, str | None]:
    """The time zone that a VCALENDAR names, else that of its only VTIMEZONE; None without any.

    The second value is a name that means no time zone here, None if there is none.
    """
    unknown = None
    for name in _NAMES:
        value = calendar.get(name)
        text = str((value[0] if isinstance(value, list) else value) or "").strip()
        if text:
            found = _named(text, calendar)
            if found is not None:
                return found, None
            unknown = unknown or text
    zones = {str(zone.get("TZID", "")) for zone in calendar.walk("VTIMEZONE")}
    return (_named(zones.pop(), calendar) if len(zones) == 1 else None), unknown


def _named(name: str, calendar: Any) -> tzinfo | None:
    """IANA names, those of Windows, and those that the file defines itself."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    for zone in calendar.walk("VTIMEZONE"):
        if str(zone.get("TZID", "")) == name:
            try:
                made: tzinfo = zone.to_tz()
            except (ValueError, KeyError, TypeError, AttributeError, IndexError):
                return None
            return made
    return None


def is_utc(moment: datetime) -> bool:
    return moment.tzinfo is UTC or getattr(moment.tzinfo, "key", None) in ("UTC", "Etc/UTC", "Z")


def zone_of_event(event: Any, start: datetime, home: tzinfo) -> tzinfo | None:
    """The zone in which the moments of an event with the start `start` are days; `home` is that of the file.

    None where `start` says nothing of a zone.
    """
    if start.tzinfo is None:
        return None
    if not is_utc(start):
        return start.tzinfo
    if begins_a_day(start, home):
        return home
    return start.tzinfo if (start.hour, start.minute) == (0, 0) and _is_flagged(event) else home


def is_all_day(event: Any, start: datetime, home: tzinfo) -> bool:
    """Whether an event with a time is one of whole days: it says so, and begins at midnight."""
    value = event["DTSTART"]
    if str(getattr(value, "params", {}).get("VALUE", "")).upper() == "DATE":
        return True
    if not _is_flagged(event):
        return False
    return (start.hour, start.minute) == (0, 0) or begins_a_day(start, home)


def begins_a_day(moment: datetime, zone: tzinfo) -> bool:
    """Whether an aware moment is the first one of a day in `zone`."""
    if moment.tzinfo is None:
        return (moment.hour, moment.minute) == (0, 0)
    day = day_of(moment, zone, zone)
    return datetime.combine(day, time(), zone).timestamp() == moment.timestamp()


def day_of(at: date, local: tzinfo | None, home: tzinfo) -> date:
    """The day that `at` means: as it is written, but for moments.

    Those of an event with a zone of its own (`local`) are in that zone, others in UTC are in `home`.
    """
    if not isinstance(at, datetime):
        return at
    zone = local or (home if at.tzinfo is not None and is_utc(at) else None)
    if zone is None or at.tzinfo is None:
        return at.date()
    try:
        return at.astimezone(zone).date()
    except OverflowError:  # 9999-12-31T23:59:59Z means "always"
        return at.date()


def _is_flagged(event: Any) -> bool:
    return any(str(event.get(flag, "")).strip().upper() in _YES for flag in _FLAGS)
