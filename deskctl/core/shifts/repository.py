"""Load and write the rota and handover notes in a transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, cast

from ..kernel.repository import Repository
from ..kernel.unit import Unit
from .model import Absence, Handover, Rota, Shift


class ShiftSource(Protocol):
    """The reads from the store for shifts."""

    def rota(self) -> Rota: ...


@dataclass(slots=True)
class ShiftChanges:
    """The changes of the rota that a transaction writes."""

    shifts: list[Shift] = field(default_factory=list)  # new
    absences: list[Absence] = field(default_factory=list)  # new
    removed: set[int] = field(default_factory=set)  # ids of shifts and absences
    handovers: list[Handover] = field(default_factory=list)  # new
    read: dict[str, int] = field(default_factory=dict)  # by agent: the newest note they have read


class Shifts(Repository):
    """The rota as this transaction sees it: its own changes, then the source."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("ShiftSource", unit.source)
        self.changes = unit.changes.of(ShiftChanges)
        self._rota: Rota | None = None

    @property
    def rota(self) -> Rota:
        if self._rota is None:
            self._rota = self.source.rota()
        return self._rota

    def add(self, *, shift: Shift | None = None, absence: Absence | None = None) -> None:
        rota = self.rota
        self.changes.shifts += [shift] if shift else []
        self.changes.absences += [absence] if absence else []
        shifts = (*rota.shifts, *([shift] if shift else []))
        self._rota = Rota(shifts, (*rota.absences, *([absence] if absence else [])))

    def remove(self, number: int) -> None:
        """Remove a stored shift or absence."""
        self.changes.removed.add(number)
        self._rota = Rota(
            tuple(shift for shift in self.rota.shifts if shift.id != number),
            tuple(absence for absence in self.rota.absences if absence.id != number),
        )

    def hand_over(self, note: Handover) -> None:
        self.changes.handovers.append(note)

    def mark_read(self, agent: str, note: int) -> None:
        self.changes.read[agent] = note
