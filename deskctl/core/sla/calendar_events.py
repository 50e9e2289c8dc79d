"""The event of a changed calendar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...dataclass import dataclass
from ...i18n import _
from ..kernel.event import Event, Kept
from ..kernel.undo import UNRECORDED, Hindrance, Restore, Undoable
from .repository import Sla
from .versions import has_content_of

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class RestoreCalendar(Restore):
    """Restore a calendar: remove it (`version` None), or put the content of a version in force."""

    calendar: str
    version: int | None


@dataclass(frozen=True, slots=True)
class CalendarChanged(Event):
    """A version of a calendar is valid from now on; None: the calendar was removed."""

    kind = "calendar_changed"
    undo = Undoable("The calendar is as before, from now on.", unless="a policy uses a calendar that would go")
    concerns = _("calendar {calendar}")

    calendar: str
    version: int | None

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield RestoreCalendar(self.calendar, self.kept["version"])

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if self.kept is None:
            return UNRECORDED
        book = Sla.of(unit).book
        if not has_content_of(book.calendar(self.calendar), self.version, book.calendars[self.calendar]):
            return Hindrance(
                _("calendar {calendar} was changed since", calendar=self.calendar),
                _("see deskctl calendar show {calendar}", calendar=self.calendar),
            )
        users = [p.name for p in book.current_policies if p.calendar == self.calendar]
        if self.kept["version"] is None and users:
            return Hindrance(
                _("policy {policy} uses calendar {calendar}", policy=users[0], calendar=self.calendar),
                _("deskctl sla edit {policy} --calendar 24x7 changes that", policy=users[0]),
            )
        return None
