"""Events of intake."""

from __future__ import annotations

from ...dataclass import dataclass
from ...i18n import _
from ..kernel.event import Event
from ..kernel.undo import Cannot


@dataclass(frozen=True, slots=True)
class IntakeDecided(Event):
    """A journal row was quarantined, or an agent decided to retry or drop it."""

    kind = "intake_decided"
    undo = Cannot(_("the mail has left quarantine"), _("deskctl inbox list shows what is in quarantine"))
    concerns = _("inbox entry {journal}")

    journal: int
    decision: str
