"""A rota: the hours of a week that people work, the days on which they do not, and what they leave for each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ..calendars.model import Frame

#: Monday first; a frame belongs to the day on which it begins and may end on the next, after 24:00.
Week = tuple[tuple[Frame, ...], ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours that an agent works every week, by the wall clock of `timezone` (IANA).

    A shift begins on days from `first` to `last`, both included; None: no end to that side. `team` None: for every
    team of theirs. Nobody has two shifts at once: where two say so, they are there once.
    """

    id: int
    agent: str
    timezone: str
    week: Week
    first: date | None = None
    last: date | None = None
    team: str | None = None

    def frames(self, day: date) -> tuple[Frame, ...]:
        """What begins on a day."""
        if (self.first is not None and day < self.first) or (self.last is not None and day > self.last):
            return ()
        return self.week[day.weekday()]


@dataclass(frozen=True, slots=True)
class Absence:
    """An agent works no shift that begins on days from `first` to `last`, both included."""

    id: int
    agent: str
    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Handover:
    """A note for the next shift. `team` None: for everybody."""

    id: int
    team: str | None
    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rota:
    """All shifts and absences of a desk."""

    shifts: tuple[Shift, ...] = ()
    absences: tuple[Absence, ...] = ()

    def of(self, agent: str) -> Rota:
        return Rota(
            tuple(shift for shift in self.shifts if shift.agent == agent),
            tuple(absence for absence in self.absences if absence.agent == agent),
        )

    def away(self, agent: str, day: date) -> bool:
        return any(absence.agent == agent and absence.holds(day) for absence in self.absences)
