"""Format times for people: in the desk's time zone, or as an age. JSON documents contain RFC 3339 times in UTC."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from .messages import _


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
    """Return the age of a time in its largest unit: `now`, `5m`, `3h`, `2d`, `7w`, `3y`; `in 5m` for a future time."""
    if not moment:
        return ""
    seconds = (now - datetime.fromisoformat(moment)).total_seconds()
    ahead, seconds = seconds < 0, abs(seconds)
    for unit, length in (("y", 365 * 86400), ("w", 7 * 86400), ("d", 86400), ("h", 3600), ("m", 60)):
        # Use weeks from two weeks on, because 13d is more precise than 1w.
        if seconds >= length * (2 if unit == "w" else 1):
            text = f"{int(seconds // length)}{unit}"
            return f"in {text}" if ahead else text
    return "now"


def format_duration(seconds: float) -> str:
    """Return a duration in its largest whole unit: `30 s`, `10 min`, `4 h`."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def working_time(seconds: int) -> str:
    """Return working time in hours and minutes: `8 h`, `7 h 10 min`, `45 min`, `30 s`."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{left} s" if left else ""]
    return sign + (" ".join(filter(None, parts[:2] if hours else parts)) or "0 min")


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def weekday_names() -> tuple[str, ...]:
    """Return the short names of the weekdays, Monday first."""
    return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
