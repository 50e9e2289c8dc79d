"""Convert times in iCalendar files to days. Many programs write all-day events as times, often in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Properties that name the time zone of a file; most programs write the first.
_TIMEZONE_PROPERTIES = ("X-WR-TIMEZONE", "TIMEZONE-ID")
_TRUE = ("TRUE", "1")
#: Properties that mark an event with times as an all-day event.
_ALL_DAY_PROPERTIES = ("X-MICROSOFT-CDO-ALLDAYEVENT", "X-FUNAMBOL-ALLDAY")


def zone_of_file(calendar: Any) -> tuple[tzinfo | None, str | None]:
    """Return the time zone that a VCALENDAR names, else the one of its only VTIMEZONE, else None.

    The second value is a name that is not a known time zone, or None.
    """
    unknown = None
    for name in _TIMEZONE_PROPERTIES:
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
    """Return the time zone with an IANA name, a Windows name, or a name that the file defines; else None."""
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
    """Return True if a time is in UTC."""
    return moment.tzinfo is UTC or getattr(moment.tzinfo, "key", None) in ("UTC", "Etc/UTC", "Z")


def zone_of_event(event: Any, start: datetime, home: tzinfo) -> tzinfo | None:
    """Return the time zone in which the times of an event that starts at `start` become days.

    `home` is the time zone of the file. Return None if `start` has no time zone.
    """
    if start.tzinfo is None:
        return None
    if not is_utc(start):
        return start.tzinfo
    if begins_a_day(start, home):
        return home
    return start.tzinfo if (start.hour, start.minute) == (0, 0) and _is_flagged(event) else home


def is_all_day(event: Any, start: datetime, home: tzinfo) -> bool:
    """Return True if an event with times is an all-day event: it has the flag, and starts at midnight."""
    value = event["DTSTART"]
    if str(getattr(value, "params", {}).get("VALUE", "")).upper() == "DATE":
        return True
    if not _is_flagged(event):
        return False
    return (start.hour, start.minute) == (0, 0) or begins_a_day(start, home)


def begins_a_day(moment: datetime, zone: tzinfo) -> bool:
    """Return True if a time is the start of a day in `zone`."""
    if moment.tzinfo is None:
        return (moment.hour, moment.minute) == (0, 0)
    day = day_of(moment, zone, zone)
    return datetime.combine(day, time(), zone).timestamp() == moment.timestamp()


def day_of(at: date, local: tzinfo | None, home: tzinfo) -> date:
    """Return the day of a date or time.

    Times of an event with a time zone (`local`) are in that zone, other times in UTC are in `home`.
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
    return any(str(event.get(name, "")).strip().upper() in _TRUE for name in _ALL_DAY_PROPERTIES)
