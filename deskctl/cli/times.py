"""Format times for people: in the desk's time zone, or as an age. JSON documents contain RFC 3339 times in UTC."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from .messages import _, _p


@lru_cache(maxsize=4)
def zone(name: str) -> tzinfo:
    """Return the time zone of that name, UTC if this machine does not have it."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def local_time(moment: str | None, timezone: str) -> str:
    """Return a time in a time zone: `2026-03-01 18:00 KST` for "2026-03-01T09:00:00Z"; "" for None."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment)
    with suppress(OverflowError):  # years 1 and 9999: unchanged
        at = at.astimezone(zone(timezone))
    return at.strftime("%Y-%m-%d %H:%M %Z")


def age(moment: str | None, now: datetime) -> str:
    """Return the age of a time in its largest unit: `now`, `5m`, `3h`, `2d`, `7w`, `3y`; `in 5m` for a future time.

    Return "" for None.
    """
    if not moment:
        return ""
    ahead, text = _distance(moment, now)
    return text if ahead is not True else _("in {duration}", duration=text)


def ago(moment: str, now: datetime) -> str:
    """Return `5m ago`, `now`, or `in 5m`."""
    ahead, text = _distance(moment, now)
    if ahead is None:
        return text
    return _("in {duration}", duration=text) if ahead else _("{duration} ago", duration=text)


def overdue(moment: str, now: datetime) -> str:
    """Return `5m late`, `now`, or `in 5m`."""
    ahead, text = _distance(moment, now)
    if ahead is None:
        return text
    return _("in {duration}", duration=text) if ahead else _("{duration} late", duration=text)


def _distance(moment: str, now: datetime) -> tuple[bool | None, str]:
    """Return True for a future time, False for a past one and None for now, and the distance in its largest unit."""
    seconds = (now - datetime.fromisoformat(moment)).total_seconds()
    ahead, seconds = seconds < 0, abs(seconds)
    for unit, length in _UNITS:
        # Use weeks from two weeks on, because 13d is more precise than 1w.
        if seconds >= length * (2 if unit == "w" else 1):
            return ahead, _short(unit, int(seconds // length))
    return None, _p("age", "now")


_UNITS = (("y", 365 * 86400), ("w", 7 * 86400), ("d", 86400), ("h", 3600), ("m", 60))


def _short(unit: str, n: int) -> str:
    match unit:
        case "y":
            return _p("age", "{n}y", n=n)
        case "w":
            return _p("age", "{n}w", n=n)
        case "d":
            return _p("age", "{n}d", n=n)
        case "h":
            return _p("age", "{n}h", n=n)
        case _:
            return _p("age", "{n}m", n=n)


def format_duration(seconds: float) -> str:
    """Return a duration in its largest whole unit: `30 s`, `10 min`, `4 h`."""
    if seconds >= 3600 and seconds % 3600 == 0:
        return _("{n} h", n=f"{seconds / 3600:g}")
    if seconds >= 60 and seconds % 60 == 0:
        return _("{n} min", n=f"{seconds / 60:g}")
    return _("{n} s", n=f"{seconds:g}")


def working_time(seconds: int) -> str:
    """Return working time in hours and minutes: `8 h`, `7 h 10 min`, `45 min`, `30 s`."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    parts = []
    if hours:
        parts.append(_("{n} h", n=hours))
    if minutes:
        parts.append(_("{n} min", n=minutes))
    if left and not hours:
        parts.append(_("{n} s", n=left))
    return sign + (" ".join(parts) or _("{n} min", n=0))


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def weekday_names() -> tuple[str, ...]:
    """Return the short names of the weekdays, Monday first."""
    return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
