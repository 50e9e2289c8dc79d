"""Coverage: find gaps, the business hours in which no agent of a team is on shift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ..calendars.model import Calendar
from ..calendars.model import zone as zone_named
from .model import Rota, Shift
from .work_periods import WorkPeriod, work_periods


class Span(NamedTuple):
    """A period of time: half-open, aware, UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def merge_spans(spans: Iterable[tuple[datetime, datetime]]) -> list[Span]:
    """Merge overlapping and adjacent periods; return them in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, end))
        elif start < end:
            found.append(Span(start, end))
    return found


def subtract(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """Return `spans` without `taken`; both must be in order."""
    left: list[Span] = []
    place = 0
    for start, end in spans:
        while place < len(taken) and taken[place].end <= start:
            place += 1
        at = start
        for one, other in taken[place:]:
            if one >= end:
                break
            if at < one:
                left.append(Span(at, one))
            at = max(at, other)
        if at < end:
            left.append(Span(at, end))
    return left


def open_periods(calendar: Calendar, start: datetime, end: datetime) -> list[Span]:
    """Return when a calendar is open between two moments, by treating its days and frames as a shift."""
    local = zone_named(calendar.timezone)
    first, last = start.astimezone(local).date(), end.astimezone(local).date()
    whole: list[tuple[datetime, datetime]] = []
    day = first - timedelta(days=1)
    while day <= last:
        week = tuple(calendar.frames(day) if n == day.weekday() else () for n in range(7))
        shift = Shift(0, "", calendar.timezone, week, day, day)
        whole += [(s.start, s.end) for s in work_periods(Rota((shift,)), start, end)]
        day += timedelta(days=1)
    return merge_spans(whole)


def gaps(open_: Sequence[Span], worked: Sequence[WorkPeriod]) -> list[Span]:
    """Return the open periods in which no agent works."""
    return subtract(open_, merge_spans((period.start, period.end) for period in worked))


def total(spans: Iterable[Span]) -> timedelta:
    return sum((span.length for span in spans), timedelta())
