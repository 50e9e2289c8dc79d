"""Events of saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...dataclass import dataclass
from ...i18n import _
from ..kernel.event import Event
from ..kernel.undo import Hindrance, Undoable
from .repository import SavedViews

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class ViewChanged(Event):
    """The query of a saved view changed. `old` None: the view is new; `new` None: it was removed."""

    kind = "view_changed"
    undo = Undoable("The view has its previous query, or is removed.")
    concerns = _("view {name}")
    name: str
    old: str | None
    new: str | None

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if SavedViews.of(unit).views.get(self.name) == self.new:
            return None
        return Hindrance(_("view {name} was changed since", name=self.name))
