"""Store the rota and handover notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from ..core.calendars.model import Frame
from ..core.shifts.model import Absence, Handover, Rota, Shift
from ..core.shifts.repository import ShiftChanges
from .encoding import clean, from_json, to_json
from .moments import from_micros, to_micros
from .statements import delete, insert, on_conflict_update
from .tables import absences, handovers, handovers_read, shifts

SHIFT_COLUMNS = "id agent team timezone week first last"
ABSENCE_COLUMNS = "id agent first last"
HANDOVER_COLUMNS = "id team author text at"


class ShiftSource:
    """The part of `DatabaseSource` for shifts."""

    _connection: Connection

    def rota(self) -> Rota:
        return rota(self._connection)


def rota(connection: Connection) -> Rota:
    worked = connection.execute(select(shifts).order_by(shifts.c.id))
    off = connection.execute(select(absences).order_by(absences.c.id))
    return Rota(
        tuple(_shift(row) for row in worked),
        tuple(Absence(row.id, row.agent, date.fromisoformat(row.first), date.fromisoformat(row.last)) for row in off),
    )


def _shift(row: Any) -> Shift:
    week = tuple(tuple(Frame(start, end) for start, end in frames) for frames in from_json(row.week))
    return Shift(row.id, row.agent, row.timezone, week, _maybe_date(row.first), _maybe_date(row.last), row.team)


def _maybe_date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def handover(row: Any) -> Handover:
    return Handover(row.id, row.team, row.author, row.text, from_micros(row.at))


def write_shifts(connection: Connection, changes: ShiftChanges) -> None:
    added = [
        (s.id, s.agent, s.team, s.timezone, _week(s.week), _iso(s.first), _iso(s.last))
        for s in changes.shifts
        if s.id not in changes.removed
    ]
    insert(connection, shifts, added, SHIFT_COLUMNS)
    off = [
        (a.id, a.agent, a.first.isoformat(), a.last.isoformat())
        for a in changes.absences
        if a.id not in changes.removed
    ]
    insert(connection, absences, off, ABSENCE_COLUMNS)
    gone = [(number,) for number in sorted(changes.removed)]
    delete(connection, shifts, gone, "id")
    delete(connection, absences, gone, "id")
    notes = [(n.id, n.team, n.author, clean(n.text), to_micros(n.at)) for n in changes.handovers]
    insert(connection, handovers, notes, HANDOVER_COLUMNS)
    read = sorted(changes.read.items())
    insert(connection, handovers_read, read, "agent handover", on_conflict_update("agent", ["handover"]))


def _week(week: Sequence[Sequence[Frame]]) -> str:
    return to_json([[list(frame) for frame in frames] for frames in week])


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
