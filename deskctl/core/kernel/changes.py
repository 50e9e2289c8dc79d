"""The changes of a transaction, which the store writes in bulk after every decision is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from .records import CommandRecord, RecordedEvent
from .timers import Timer

C = TypeVar("C")


@dataclass(slots=True)
class Changes:
    """The changes of a transaction: those of the kernel, and by class those of the features (`of`).

    Dictionaries hold the final state by key; lists keep their order.
    """

    timers: dict[str, Timer] = field(default_factory=dict)  # by key, set or replaced
    dropped_timers: set[str] = field(default_factory=set)  # by key
    commands: list[CommandRecord] = field(default_factory=list)  # new
    undone_commands: set[int] = field(default_factory=set)
    events: list[RecordedEvent] = field(default_factory=list)  # new, in order
    _parts: dict[type[Any], Any] = field(default_factory=dict)

    def of(self, kind: type[C]) -> C:
        """Return the changes of a feature, by their class."""
        part = self._parts.get(kind)
        if part is None:
            part = self._parts[kind] = kind()
        found: C = part
        return found
