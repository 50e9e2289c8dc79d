"""Reference implementation of business hours: simple and slow, hour by hour and minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from deskctl.core.calendars.model import Calendar

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def opened(calendar: Calendar, start: datetime, end_at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield open intervals between two moments, hour by hour; second by second where the offset changes."""
    zone = ZoneInfo(calendar.timezone)
    at = start
    while at < end_at:
        end = at + HOUR
        steps = [(at, end)]
        if at.astimezone(zone).utcoffset() != (end - SECOND).astimezone(zone).utcoffset():
            steps = [(at + n * SECOND, at + (n + 1) * SECOND) for n in range(3600)]
        for one, other in steps:
            yield from _in_frames(calendar, one, other, zone)
        at = end


def _in_frames(
    calendar: Calendar, start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the open parts of a period with a constant offset."""
    offset = start.astimezone(zone).utcoffset()
    assert offset is not None
    local_start, local_end = (start + offset).replace(tzinfo=None), (end + offset).replace(tzinfo=None)
    for day in sorted({local_start.date(), local_end.date()}):
        midnight = datetime.combine(day, time())
        for frame in calendar.frames(day):
            opens = max(local_start, midnight + frame.start * SECOND)
            closes = min(local_end, midnight + frame.end * SECOND)
            if opens < closes:
                yield (opens - offset).replace(tzinfo=UTC), (closes - offset).replace(tzinfo=UTC)


def add(calendar: Calendar, start: datetime, working: timedelta, within: timedelta) -> datetime | None:
    """Return when `working` time has passed; None if that is not `within` a time."""
    if not working:
        return start
    for opens, closes in opened(calendar, start, start + within):
        if closes - opens >= working:
            return opens + working
        working -= closes - opens
    return None


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    total = timedelta()
    for opens, closes in opened(calendar, start, end):
        if opens >= end:
            return total
        total += min(closes, end) - opens
    return total


def minutes_between(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Count the whole minutes in which the wall clock shows an open time."""
    zone = ZoneInfo(calendar.timezone)
    count = 0
    while start < end:
        local = start.astimezone(zone)
        shown = (local.hour * 60 + local.minute) * 60
        count += any(frame.start <= shown < frame.end for frame in calendar.frames(local.date()))
        start += timedelta(minutes=1)
    return count
