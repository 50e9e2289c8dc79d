"""Working time across versions of a calendar: each version counts from its start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from .business_hours import BusinessHours


class ScheduleEntry(NamedTuple):
    """Business hours that apply from `since` until the next entry."""

    since: datetime
    opening: BusinessHours


class Schedule:
    """Entries in chronological order. The first also applies to the time before it."""

    def __init__(self, entries: Sequence[ScheduleEntry]) -> None:
        """Check that there is an entry. Raises ValueError."""
        if not entries:
            raise ValueError("a schedule needs at least one entry")
        self.entries = tuple(entries)

    def add(self, start: datetime, working: timedelta) -> datetime | None:
        """Return what `BusinessHours.add` returns, across all entries."""
        if len(self.entries) == 1:
            return self.entries[0].opening.add(start, working)
        left = working
        for number in range(self._place(start), len(self.entries)):
            begin = max(start, self.entries[number].since) if number else start
            opening, end = self.entries[number].opening, self._end(number)
            reached = opening.add(begin, left)
            if end is None or (reached is not None and reached <= end):
                return reached
            left -= opening.between(begin, end)
        return None

    def between(self, start: datetime, end: datetime) -> timedelta:
        if len(self.entries) == 1:
            return self.entries[0].opening.between(start, end)
        total = timedelta()
        for number in range(self._place(start), len(self.entries)):
            begin = max(start, self.entries[number].since) if number else start
            until = self._end(number)
            total += self.entries[number].opening.between(begin, end if until is None else min(end, until))
            if until is None or until >= end:
                break
        return total

    def at(self, when: datetime) -> ScheduleEntry:
        """Return the entry that applies at a moment."""
        return self.entries[self._place(when)]

    def _place(self, when: datetime) -> int:
        place = 0
        while place + 1 < len(self.entries) and self.entries[place + 1].since <= when:
            place += 1
        return place

    def _end(self, number: int) -> datetime | None:
        return self.entries[number + 1].since if number + 1 < len(self.entries) else None
