"""The commands of undo."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class Undo(Command, audience=Audience.AGENT):
    """Undo the actor's last command, or the one numbered `command`: all commands of its invocation."""

    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    undoable: ClassVar[bool] = False
    undoes: ClassVar[bool] = True
    command: int | None = None


@dataclass(frozen=True, slots=True)
class ListCommands(Command, audience=Audience.AGENT):
    """List the actor's last `limit` commands and if they can be undone. Changes nothing."""

    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    undoable: ClassVar[bool] = False
    reads: ClassVar[bool] = True
    limit: int = 20
