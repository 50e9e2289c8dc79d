"""Looking at a ticket. Apart from `tickets`: `show` says this each time and loads nothing else for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class MarkSeen(Command, audience=Audience.AGENT):
    """The agent was shown the ticket. Leaves no event.

    `shown` are the messages as they were shown, pairs of (id, version); without it, all up to `message` as they are.
    """

    undoable: ClassVar[bool] = False
    ticket: int
    message: int
    shown: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Compose(Command, audience=Audience.AGENT):
    """The agent is writing a reply. `state` is begin, renew or end. Leaves no event."""

    undoable: ClassVar[bool] = False
    ticket: int
    state: str
