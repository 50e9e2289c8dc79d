"""Where the offset of a time zone changes: half-open stretches of UTC, each with one offset."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .model import BEGINNING, DAY

_SECOND = timedelta(seconds=1)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
#: No offset is a day long: between these, every zone has a local time that can be written down.
_FIRST = (datetime(1, 1, 2, tzinfo=UTC) - BEGINNING) // _SECOND
_LAST = (datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC) - BEGINNING) // _SECOND


class Stretch(NamedTuple):
    """From `start` to `end` (seconds since 1970 in UTC) local time is UTC plus `offset` seconds."""

    start: int
    end: int
    offset: int


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970 of an aware moment."""
    return (moment - BEGINNING) // _SECOND


@lru_cache(maxsize=512)
def year_start(year: int) -> int:
    """Seconds since 1970; also of 10000, where the last year ends that has dates."""
    ordinal = date(year, 1, 1).toordinal() if year <= date.max.year else date.max.toordinal() + 1
    return (ordinal - _EPOCH_DAY) * DAY


@lru_cache(maxsize=1024)
def stretches(zone: ZoneInfo, year: int) -> tuple[Stretch, ...]:
    """Those of a year of UTC. The zone's rules are asked every half day; no zone has ever changed twice in one."""
    first, end = year_start(year), year_start(year + 1)
    found: list[Stretch] = []
    start, offset = first, _offset(zone, first)
    for known in range(first, end, DAY // 2):
        probe = min(known + DAY // 2, end - 1)
        if _offset(zone, probe) != offset:
            change = _change(zone, known, probe, offset)
            found.append(Stretch(start, change, offset))
            start, offset = change, _offset(zone, change)
    found.append(Stretch(start, end, offset))
    return tuple(found)


def _offset(zone: ZoneInfo, moment: int) -> int:
    """On the first and the last day that have a date it is that of the day beside it."""
    offset = (BEGINNING + timedelta(seconds=min(max(moment, _FIRST), _LAST))).astimezone(zone).utcoffset()
    assert offset is not None
    return offset // _SECOND


def _change(zone: ZoneInfo, before: int, after: int, offset: int) -> int:
    """The first second of another offset."""
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after
