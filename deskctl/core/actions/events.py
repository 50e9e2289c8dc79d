"""Events of actions."""

from __future__ import annotations

from ...dataclass import dataclass
from ...i18n import _
from ..kernel.event import Event
from ..kernel.undo import Follows


@dataclass(frozen=True, slots=True)
class ActionRun(Event):
    """An action of a plugin ran; the events of its changes follow.

    `run` identifies this run. `cause` and `reason` say what started it, in the desk's language. `job`: the plugin has
    work to do after the commit.
    """

    kind = "action_run"
    undo = Follows(_("a rule of the desk ran it; work that the plugin does outside the desk stays"))
    quiet = True

    action: str
    value: str
    run: str
    cause: str
    reason: str
    job: bool = False
