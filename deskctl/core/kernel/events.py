"""Events that belong to no feature: undo, and writes of plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...dataclass import dataclass
from ...i18n import _
from .event import Event
from .undo import PART_OF_UNDO, Cannot, Hindrance

if TYPE_CHECKING:
    from .records import RecordedEvent
    from .unit import Unit


@dataclass(frozen=True, slots=True)
class PluginWrote(Event):
    """A request of a plugin wrote into the plugin's tables. `instead` says how its caller can reverse it."""

    kind = "plugin_wrote"
    undo = Cannot(_("only the plugin can reverse it"))

    plugin: str
    request: str
    instead: str | None = None

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        why = _("only the plugin {plugin} can reverse it", plugin=self.plugin)
        return Hindrance(why, self.instead or _("deskctl {plugin} --help lists its commands", plugin=self.plugin))


@dataclass(frozen=True, slots=True)
class Undone(Event):
    """A command was undone; the preceding events of the same command are its inverses."""

    kind = "undone"
    undo = PART_OF_UNDO

    command: int
