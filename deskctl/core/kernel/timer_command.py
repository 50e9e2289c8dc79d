""""""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .command import Command


@dataclass(frozen=True, slots=True)
class FireTimer(Command):
    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    timer: int
