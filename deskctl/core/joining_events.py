"""What happens when two tickets become one, and one becomes two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .events import Event
from .tickets import Status


@dataclass(frozen=True, slots=True)
class Merged(Event):
    """This ticket went into another. `old` is the status it had."""

    into: int
    old: Status


@dataclass(frozen=True, slots=True)
class Unmerged(Event):
    """A merge was taken back; the ticket has its status again."""

    into: int
    new: Status


@dataclass(frozen=True, slots=True)
class Absorbed(Event):
    """Another ticket was merged into this one. `waiting`: since when its customer had waited for an answer."""

    other: int
    waiting: datetime | None = None


@dataclass(frozen=True, slots=True)
class Released(Event):
    """The other ticket stands on its own again."""

    other: int


@dataclass(frozen=True, slots=True)
class SplitOff(Event):
    """Messages of this ticket are now those of another, which began with them."""

    into: int
    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SplitFrom(Event):
    """The ticket began with messages of another. `since` is when its customer wrote the first of them; `asked` are the
    customer's among them, `moments` (RFC 3339) when each of these reached the desk."""

    origin: int
    messages: tuple[int, ...]
    since: datetime
    asked: tuple[int, ...] = ()
    moments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejoined(Event):
    """Messages are back from the ticket that was split off."""

    other: int
    messages: tuple[int, ...]
