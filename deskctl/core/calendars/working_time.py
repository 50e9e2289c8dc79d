"""Working time across the versions of what governs it: each counts from its own moment on, and none before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from .open_time import Opening


class Piece(NamedTuple):
    """From `since` on, time is open as `opening` has it, until the next piece."""

    since: datetime
    opening: Opening


class Schedule:
    """Pieces in order of time. The first holds for whatever lies before it, too."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        """Raises ValueError when there is none."""
        if not pieces:
            raise ValueError("a schedule has a piece")
        self.pieces = tuple(pieces)

    def add(self, start: datetime, working: timedelta) -> datetime | None:
        """As `Opening.add`, through all pieces."""
        if len(self.pieces) == 1:
            return self.pieces[0].opening.add(start, working)
        left = working
        for number in range(self._place(start), len(self.pieces)):
            begin = max(start, self.pieces[number].since) if number else start
            opening, end = self.pieces[number].opening, self._end(number)
            reached = opening.add(begin, left)
            if end is None or (reached is not None and reached <= end):
                return reached
            left -= opening.between(begin, end)
        return None

    def between(self, start: datetime, end: datetime) -> timedelta:
        if len(self.pieces) == 1:
            return self.pieces[0].opening.between(start, end)
        total = timedelta()
        for number in range(self._place(start), len(self.pieces)):
            begin = max(start, self.pieces[number].since) if number else start
            until = self._end(number)
            total += self.pieces[number].opening.between(begin, end if until is None else min(end, until))
            if until is None or until >= end:
                break
        return total

    def at(self, when: datetime) -> Piece:
        """What holds at a moment."""
        return self.pieces[self._place(when)]

    def _place(self, when: datetime) -> int:
        place = 0
        while place + 1 < len(self.pieces) and self.pieces[place + 1].since <= when:
            place += 1
        return place

    def _end(self, number: int) -> datetime | None:
        return self.pieces[number + 1].since if number + 1 < len(self.pieces) else None
