"""The command that handles a timer that is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .command import Command


@dataclass(frozen=True, slots=True)
class FireTimer(Command):
    """Handle a timer. `timer` is its id."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    timer: int
