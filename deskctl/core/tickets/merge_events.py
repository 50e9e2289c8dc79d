"""What happens when two tickets become one, and one becomes two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ..kernel.event import Event
from ..kernel.undo import PART_OF_UNDO, Restore, Undoable
from ..messages.repository import Messages
from .model import Status

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class Merged(Event):
    """This ticket went into another. `old` is the status it had."""

    kind = "merged"
    undo = Undoable("The ticket stands on its own again, with its status.")

    into: int
    old: Status

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield Unmerged(self.ticket, self.into, self.old)


@dataclass(frozen=True, slots=True)
class Unmerged(Event):
    """A merge was taken back; the ticket has its status again."""

    kind = "unmerged"
    undo = PART_OF_UNDO

    into: int
    new: Status


@dataclass(frozen=True, slots=True)
class Absorbed(Event):
    """Another ticket was merged into this one. `waiting`: since when its customer had waited for an answer."""

    kind = "absorbed"
    undo = Undoable("The other ticket is no longer part of this one.")

    other: int
    waiting: datetime | None = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield Released(self.ticket, self.other)


@dataclass(frozen=True, slots=True)
class Released(Event):
    """The other ticket stands on its own again."""

    kind = "released"
    undo = PART_OF_UNDO

    other: int


@dataclass(frozen=True, slots=True)
class SplitOff(Event):
    """Messages of this ticket are now those of another, which began with them."""

    kind = "split_off"
    undo = Undoable("The messages are back on the ticket.")

    into: int
    messages: tuple[int, ...]

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield Rejoined(self.ticket, self.into, self.messages)


@dataclass(frozen=True, slots=True)
class SplitFrom(Event):
    """The ticket began with messages of another. `since` is when its customer wrote the first of them; `asked` are the
    customer's among them, `moments` (RFC 3339) when each of these reached the desk."""

    kind = "split_from"
    undo = Undoable("The messages are back on the ticket that they came from.")

    origin: int
    messages: tuple[int, ...]
    since: datetime
    asked: tuple[int, ...] = ()
    moments: tuple[str, ...] = ()

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from ()
        if self.ticket is not None:
            Messages.of(unit).move(self.messages, self.ticket, self.origin)


@dataclass(frozen=True, slots=True)
class Rejoined(Event):
    """Messages are back from the ticket that was split off."""

    kind = "rejoined"
    undo = PART_OF_UNDO

    other: int
    messages: tuple[int, ...]
