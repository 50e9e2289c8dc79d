"""Hours in which a team is open and nobody is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ..calendars.model import Calendar
from ..calendars.model import zone as zone_named
from .expand import Stint, stints
from .model import Rota, Shift


class Span(NamedTuple):
    """Half-open, aware, UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def united(spans: Iterable[tuple[datetime, datetime]]) -> list[Span]:
    """In order, none touching another."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, end))
        elif start < end:
            found.append(Span(start, end))
    return found


def without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """What is left of `spans` once `taken` is gone; both in order."""
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


def opening(calendar: Calendar, start: datetime, end: datetime) -> list[Span]:
    """When a calendar is open between two moments: its days and frames, as if they were somebody's shift."""
    local = zone_named(calendar.timezone)
    first, last = start.astimezone(local).date(), end.astimezone(local).date()
    whole: list[tuple[datetime, datetime]] = []
    day = first - timedelta(days=1)
    while day <= last:
        week = tuple(calendar.frames(day) if n == day.weekday() else () for n in range(7))
        shift = Shift(0, "", calendar.timezone, week, day, day)
        whole += [(s.start, s.end) for s in stints(Rota((shift,)), start, end)]
        day += timedelta(days=1)
    return united(whole)


def gaps(open_: Sequence[Span], there: Sequence[Stint]) -> list[Span]:
    """Open stretches in which nobody works."""
    return without(open_, united((stint.start, stint.end) for stint in there))


def total(spans: Iterable[Span]) -> timedelta:
    return sum((span.length for span in spans), timedelta())
