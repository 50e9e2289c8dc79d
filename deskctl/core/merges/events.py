"""Events of merging and splitting tickets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ...dataclass import dataclass
from ..kernel.event import Event
from ..kernel.undo import PART_OF_UNDO, Restore, Undoable
from ..messages.repository import Messages
from ..tickets.lifecycle import applies, with_status
from ..tickets.model import Status, Ticket

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class Merged(Event):
    """The ticket was merged into another one. `old` is its earlier status."""

    kind = "merged"
    undo = Undoable("The ticket is separate again, with its status.")

    into: int
    old: Status

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield Unmerged(self.ticket, self.into, self.old)


@applies(Merged)
def _merge(ticket: Ticket, event: Merged, at: datetime) -> Ticket:
    return replace(with_status(ticket, Status.MERGED, at), merged_into=event.into)


@dataclass(frozen=True, slots=True)
class Unmerged(Event):
    """A merge was undone; `new` is the status of the ticket."""

    kind = "unmerged"
    undo = PART_OF_UNDO

    into: int
    new: Status


@applies(Unmerged)
def _unmerge(ticket: Ticket, event: Unmerged, at: datetime) -> Ticket:
    return replace(with_status(ticket, event.new, at), merged_into=None)


@dataclass(frozen=True, slots=True)
class Absorbed(Event):
    """Another ticket was merged into this one. `waiting` is the time since which its customer waited for an answer."""

    kind = "absorbed"
    undo = Undoable("The other ticket is no longer part of this one.")

    other: int
    waiting: datetime | None = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield Released(self.ticket, self.other)


@dataclass(frozen=True, slots=True)
class Released(Event):
    """A merge was undone; the ticket `other` is separate again."""

    kind = "released"
    undo = PART_OF_UNDO

    other: int


@dataclass(frozen=True, slots=True)
class SplitOff(Event):
    """Messages of this ticket were moved to the new ticket `into`."""

    kind = "split_off"
    undo = Undoable("The messages are back on the ticket.")

    into: int
    messages: tuple[int, ...]

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield Rejoined(self.ticket, self.into, self.messages)


@dataclass(frozen=True, slots=True)
class SplitFrom(Event):
    """The ticket was created with messages of the ticket `origin`.

    `since` is the time of the customer's first message among them. `asked` are all the customer's messages, `moments`
    (RFC 3339) their times of arrival.
    """

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
    """A split was undone; the messages are back from the ticket `other`."""

    kind = "rejoined"
    undo = PART_OF_UNDO

    other: int
    messages: tuple[int, ...]
