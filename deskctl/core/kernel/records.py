"""Records of commands and events, as a store keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from .actor import Actor
from .event import Event


class CommandRecord(NamedTuple):
    """A command that changed something.

    `invocation` identifies the shell command that it was part of; `undo` reverses the commands of an invocation
    together. None: the command stands alone.
    """

    id: int
    name: str
    actor: Actor
    at: datetime
    undoable: bool
    undone: bool
    invocation: str | None = None


class RecordedEvent(NamedTuple):
    """An event with its id, which orders all events of a desk, and its command, actor and time."""

    id: int
    command: int
    actor: Actor
    at: datetime
    event: Event
