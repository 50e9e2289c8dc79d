"""The command that handles a timer that is due."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from .command import Command


@dataclass(frozen=True, slots=True)
class FireTimer(Command):
    """Handle a timer. `timer` is its id."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    timer: int


@dataclass(frozen=True, slots=True)
class ContinueUndo(FireTimer):
    """Handle a timer that continues an undo."""

    undoes: ClassVar[bool] = True
