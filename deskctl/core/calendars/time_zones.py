"""Offset changes of a time zone: half-open periods of UTC, each with a constant offset."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .model import BEGINNING, DAY

_SECOND = timedelta(seconds=1)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
#: Offsets are shorter than a day, so between these moments each zone has a local time that `datetime` supports.
_FIRST = (datetime(1, 1, 2, tzinfo=UTC) - BEGINNING) // _SECOND
_LAST = (datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC) - BEGINNING) // _SECOND


class OffsetPeriod(NamedTuple):
    """A period from `start` to `end` (seconds since 1970 in UTC) in which local time is UTC plus `offset` seconds."""

    start: int
    end: int
    offset: int


def seconds(moment: datetime) -> int:
    """Return the whole seconds since 1970 of an aware moment."""
    return (moment - BEGINNING) // _SECOND


@lru_cache(maxsize=512)
def year_start(year: int) -> int:
    """Return the start of a year in seconds since 1970; also of the year 10000, the end of the last supported year."""
    ordinal = date(year, 1, 1).toordinal() if year <= date.max.year else date.max.toordinal() + 1
    return (ordinal - _EPOCH_DAY) * DAY


@lru_cache(maxsize=1024)
def offset_periods(zone: ZoneInfo, year: int) -> tuple[OffsetPeriod, ...]:
    """Return the offset periods of a year in UTC.

    The zone is checked every half day; no zone has changed twice in one.
    """
    first, end = year_start(year), year_start(year + 1)
    found: list[OffsetPeriod] = []
    start, offset = first, _offset(zone, first)
    for known in range(first, end, DAY // 2):
        probe = min(known + DAY // 2, end - 1)
        if _offset(zone, probe) != offset:
            change = _change(zone, known, probe, offset)
            found.append(OffsetPeriod(start, change, offset))
            start, offset = change, _offset(zone, change)
    found.append(OffsetPeriod(start, end, offset))
    return tuple(found)


def _offset(zone: ZoneInfo, moment: int) -> int:
    """Return the offset at a moment; on the first and the last supported day that of the adjacent day."""
    offset = (BEGINNING + timedelta(seconds=min(max(moment, _FIRST), _LAST))).astimezone(zone).utcoffset()
    assert offset is not None
    return offset // _SECOND


def _change(zone: ZoneInfo, before: int, after: int, offset: int) -> int:
    """Return the first second of another offset, by binary search."""
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after
