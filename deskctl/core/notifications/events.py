"""Events of notifications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...dataclass import dataclass
from ...i18n import _
from ..delivery.model import DUE_STATES
from ..delivery.repository import Outbox
from ..kernel.event import Event
from ..kernel.undo import Follows, Restore
from ..messages.events import _cancel

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class AgentNotified(Event):
    """A notification to an agent entered the outbox."""

    kind = "agent_told"
    quiet = True
    undo = Follows(_("a notification that still waits is cancelled; one that was sent stays"))

    agent: str
    about: str
    outbox: int

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from ()
        if Outbox.of(unit).get(self.outbox).state in DUE_STATES:
            _cancel(unit, self.outbox)
