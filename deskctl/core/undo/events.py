""""""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..kernel.event import Event
from ..kernel.undo import PART_OF_UNDO

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Undone(Event):
    """An agent's command was taken back; the events before this one, of the same command, say how."""

    undo = PART_OF_UNDO

    command: int
