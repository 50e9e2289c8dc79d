""""""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from .actor import Actor
from .event import Event

if TYPE_CHECKING:
    pass


class CommandRecord(NamedTuple):
    """A command that was carried out, with what it changed. `undone` once it was undone. `invocation` names the shell
    command that it was part of, None where the caller named none: then it stands alone."""

    id: int
    name: str
    actor: Actor
    at: datetime
    undoable: bool
    undone: bool
    invocation: str | None = None


class RecordedEvent(NamedTuple):
    """An event with its place in the order of everything that happened."""

    id: int
    command: int
    actor: Actor
    at: datetime
    event: Event
