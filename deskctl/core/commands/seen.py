"""Looking at a ticket. Apart from `tickets`: `show` says this each time and loads nothing else for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from . import Command


@dataclass(frozen=True, slots=True)
class MarkSeen(Command):
    """The agent has seen the ticket up to message `message`. Leaves no event."""

    undoable: ClassVar[bool] = False
    ticket: int
    message: int
