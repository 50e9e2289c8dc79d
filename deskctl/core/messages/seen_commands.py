"""Commands that record what an agent has seen. They have their own module because `show` loads it each time."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class MarkSeen(Command, audience=Audience.AGENT):
    """Record that the agent was shown the ticket. It leaves no event.

    `shown` are the shown messages, pairs of (id, version); by default all up to `message` in their present version.
    """

    undoable: ClassVar[bool] = False
    ticket: int
    message: int
    shown: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Compose(Command, audience=Audience.AGENT):
    """Record that the agent is writing a reply. `state` is begin, renew or end. It leaves no event."""

    undoable: ClassVar[bool] = False
    ticket: int
    state: str
