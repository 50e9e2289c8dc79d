"""Moments for people: in the desk's own time zone, or as an age. Documents carry RFC 3339 in UTC."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import lru_cache


@lru_cache(maxsize=4)
def zone(name: str) -> tzinfo:
    """The time zone of that name; UTC when this machine does not know it."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def local_time(moment: str | None, timezone: str) -> str:
    """`2026-03-01 18:00 KST` for "2026-03-01T09:00:00Z"; "" for None."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment)
    with suppress(OverflowError):  # at either end of the calendar: as it is
        at = at.astimezone(zone(timezone))
    return at.strftime("%Y-%m-%d %H:%M %Z")


def age(moment: str | None, now: datetime) -> str:
    """How long ago, in its largest unit: `now`, `5m`, `3h`, `2d`, `7w`, `3y`; "in 5m" for what is to come."""
    if not moment:
        return ""
    seconds = (now - datetime.fromisoformat(moment)).total_seconds()
    ahead, seconds = seconds < 0, abs(seconds)
    for unit, length in (("y", 365 * 86400), ("w", 7 * 86400), ("d", 86400), ("h", 3600), ("m", 60)):
        # Weeks only from a fortnight on: "13d" says more than "1w".
        if seconds >= length * (2 if unit == "w" else 1):
            text = f"{int(seconds // length)}{unit}"
            return f"in {text}" if ahead else text
    return "now"


def span(seconds: float) -> str:
    """A length of time in its largest whole unit: `30 s`, `10 min`, `4 h`."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def working_time(seconds: int) -> str:
    """Working time in hours and minutes, as clocks count it: `8 h`, `7 h 10 min`, `45 min`, `30 s`."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{left} s" if left else ""]
    return sign + (" ".join(filter(None, parts[:2] if hours else parts)) or "0 min")


def now() -> datetime:
    return datetime.now(UTC)
