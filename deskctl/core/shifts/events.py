"""Events of shifts, days off and handover notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...dataclass import dataclass
from ...i18n import _
from ..kernel.event import Event, Kept
from ..kernel.undo import UNRECORDED, Cannot, Hindrance, Restore, Undoable
from .repository import Shifts

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class ShiftAdded(Event):
    """A shift was added."""

    kind = "shift_added"
    undo = Undoable("The shift is removed.")
    concerns = _("shift {shift}")
    shift: int
    agent: str

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield RestoreRota(gone=self.shift)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if any(known.id == self.shift for known in Shifts.of(unit).rota.shifts):
            return None
        return Hindrance(_("shift {number} was removed since", number=self.shift))


@dataclass(frozen=True, slots=True)
class ShiftRemoved(Event):
    """A shift was removed."""

    kind = "shift_removed"
    undo = Undoable("The shift is there again, with its number.")
    concerns = _("shift {shift}")
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
    """Days off were added."""

    kind = "absence_added"
    undo = Undoable("The days off are removed.")
    concerns = _("shift {absence}")
    absence: int
    agent: str
    first: str
    last: str

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield RestoreRota(gone=self.absence)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if any(known.id == self.absence for known in Shifts.of(unit).rota.absences):
            return None
        return Hindrance(_("shift {number} was removed since", number=self.absence))


@dataclass(frozen=True, slots=True)
class AbsenceRemoved(Event):
    """Days off were removed."""

    kind = "absence_removed"
    undo = Undoable("The days off are there again, with their number.")
    concerns = _("shift {absence}")
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
    """A handover note was written; `team` None: for all agents."""

    kind = "handover_written"
    undo = Cannot(_("colleagues may have read the handover note"), _("deskctl shift handover writes another note"))
    concerns = _("handover note {handover}")

    handover: int
    by: str
    team: str | None


#: Events after which other agents can be on shift.
ROTA = (ShiftAdded, ShiftRemoved, AbsenceAdded, AbsenceRemoved)


@dataclass(frozen=True, slots=True)
class RestoreRota(Restore):
    """Restore a shift or an absence, in the format of `plain`, or remove the one with the number `gone`."""

    shift: Mapping[str, Any] | None = None
    absence: Mapping[str, Any] | None = None
    gone: int | None = None
