"""The repository of the journal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast

from ..kernel.repository import Repository
from ..kernel.unit import Unit
from .journal import JournalSettled, JournalState


class JournalSource(Protocol):
    """The reads from the store for the journal."""

    def journal_states(self, rows: Collection[int], /) -> Mapping[int, JournalState]:
        """Return the states of these rows, which are locked until the transaction ends."""
        ...


@dataclass(slots=True)
class JournalChanges:
    """The changes of the journal in a transaction."""

    journal: list[JournalSettled] = field(default_factory=list)
    retried_journal: set[int] = field(default_factory=set)  # waiting again, with no attempts


class Journal(Repository):
    """The journal rows of a unit."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("JournalSource", unit.source)
        self.changes = unit.changes.of(JournalChanges)

    def settle(self, settled: JournalSettled) -> None:
        """Record the result of processing a journal row."""
        self.changes.journal.append(settled)
