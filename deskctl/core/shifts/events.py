"""What happened to the rota, and that something was left for the next shift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..kernel.event import Event, Kept
from ..kernel.undo import UNRECORDED, Cannot, Hindrance, Restore, Undoable

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class ShiftAdded(Event):
    kind = "shift_added"
    undo = Undoable("The shift is removed.")
    concerns = "shift {shift}"
    shift: int
    agent: str

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield RestoreRota(gone=self.shift)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if any(known.id == self.shift for known in unit.shifts.rota.shifts):
            return None
        return Hindrance(f"shift {self.shift} was removed since")


@dataclass(frozen=True, slots=True)
class ShiftRemoved(Event):
    kind = "shift_removed"
    undo = Undoable("The shift is there again, with its number.")
    concerns = "shift {shift}"
    shift: int
    agent: str

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield RestoreRota(shift=self.kept)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        return UNRECORDED if self.kept is None else None


@dataclass(frozen=True, slots=True)
class AbsenceAdded(Event):
    kind = "absence_added"
    undo = Undoable("The days off are removed.")
    concerns = "shift {absence}"
    absence: int
    agent: str
    first: str
    last: str

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield RestoreRota(gone=self.absence)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if any(known.id == self.absence for known in unit.shifts.rota.absences):
            return None
        return Hindrance(f"shift {self.absence} was removed since")


@dataclass(frozen=True, slots=True)
class AbsenceRemoved(Event):
    kind = "absence_removed"
    undo = Undoable("The days off are there again, with their number.")
    concerns = "shift {absence}"
    absence: int
    agent: str

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield RestoreRota(absence=self.kept)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        return UNRECORDED if self.kept is None else None


@dataclass(frozen=True, slots=True)
class HandoverWritten(Event):
    """`team` None: it is for everybody."""

    kind = "handover_written"
    undo = Cannot("colleagues may have read the handover note", "deskctl shift handover writes another note")
    concerns = "handover note {handover}"

    handover: int
    by: str
    team: str | None


#: Those after which other agents may be there.
ROTA = (ShiftAdded, ShiftRemoved, AbsenceAdded, AbsenceRemoved)


@dataclass(frozen=True, slots=True)
class RestoreRota(Restore):
    """Shifts and absences, as `plain` gives them, are there again; those in `gone` are not."""

    shift: Mapping[str, Any] | None = None
    absence: Mapping[str, Any] | None = None
    gone: int | None = None
