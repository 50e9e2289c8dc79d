"""Events of the feature intake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..kernel.event import Event
from ..kernel.undo import Cannot

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class IntakeDecided(Event):
    """What a person decided on a quarantined message: retry or drop."""

    kind = "intake_decided"
    undo = Cannot("the mail has left quarantine", "deskctl inbox list shows what is in quarantine")
    concerns = "inbox entry {journal}"

    journal: int
    decision: str
