"""The event of undo."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.event import Event
from ..kernel.undo import PART_OF_UNDO


@dataclass(frozen=True, slots=True)
class Undone(Event):
    """An agent's command was taken back; the events before this one, of the same command, say how."""

    kind = "undone"
    undo = PART_OF_UNDO

    command: int
