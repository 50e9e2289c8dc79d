"""What happened to the rota, and that something was left for the next shift."""

from __future__ import annotations

from dataclasses import dataclass

from ..events import Event


@dataclass(frozen=True, slots=True)
class ShiftAdded(Event):
    shift: int
    agent: str


@dataclass(frozen=True, slots=True)
class ShiftRemoved(Event):
    shift: int
    agent: str


@dataclass(frozen=True, slots=True)
class AbsenceAdded(Event):
    absence: int
    agent: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class AbsenceRemoved(Event):
    absence: int
    agent: str


@dataclass(frozen=True, slots=True)
class HandoverWritten(Event):
    """`team` None: it is for everybody."""

    handover: int
    by: str
    team: str | None


#: Those after which other agents may be there.
ROTA = (ShiftAdded, ShiftRemoved, AbsenceAdded, AbsenceRemoved)
