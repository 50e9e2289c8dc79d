"""The rota: weekly shifts of agents, days off, and handover notes."""

from __future__ import annotations

from datetime import date, datetime

from ...dataclass import dataclass
from ..calendars.model import Frame

#: Frames by weekday, Monday first. A frame belongs to the day on which it begins and can end on the next, after 24:00.
Week = tuple[tuple[Frame, ...], ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """The hours that an agent works every week, by the wall clock of `timezone` (IANA).

    A shift begins on days from `first` to `last`, both included; None: unlimited. `team` None: for all teams of the
    agent. Overlapping shifts of an agent count once.
    """

    id: int
    agent: str
    timezone: str
    week: Week
    first: date | None = None
    last: date | None = None
    team: str | None = None

    def frames(self, day: date) -> tuple[Frame, ...]:
        """Return the frames that begin on a day."""
        if (self.first is not None and day < self.first) or (self.last is not None and day > self.last):
            return ()
        return self.week[day.weekday()]


@dataclass(frozen=True, slots=True)
class Absence:
    """Days off: the agent works no shift that begins on days from `first` to `last`, both included."""

    id: int
    agent: str
    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Handover:
    """A handover note for the next shift. `team` None: for all agents."""

    id: int
    team: str | None
    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rota:
    """The rota: all shifts and absences of a desk."""

    shifts: tuple[Shift, ...] = ()
    absences: tuple[Absence, ...] = ()

    def of(self, agent: str) -> Rota:
        return Rota(
            tuple(shift for shift in self.shifts if shift.agent == agent),
            tuple(absence for absence in self.absences if absence.agent == agent),
        )

    def is_absent(self, agent: str, day: date) -> bool:
        return any(absence.agent == agent and absence.holds(day) for absence in self.absences)
