"""Apply recorded events to tickets: the only way in which a ticket changes."""

from __future__ import annotations

from ..kernel.records import RecordedEvent
from ..kernel.unit import Unit
from .lifecycle import evolve
from .repository import Tickets


def apply_event(unit: Unit, recorded: RecordedEvent) -> None:
    """Apply an event to its ticket."""
    number = recorded.event.ticket
    if number is not None and (before := Tickets.of(unit).find(number)) is not None:
        after = evolve(before, recorded.event, recorded.at)
        if after is not before:
            Tickets.of(unit).put(after)
