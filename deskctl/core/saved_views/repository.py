"""Load and write saved views in a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol, cast

from ...dataclass import dataclass
from ..kernel.repository import Repository
from ..kernel.unit import Unit


class SavedViewSource(Protocol):
    """The reads from the store for saved views."""

    def saved_views(self) -> Mapping[str, str]:
        """Return the queries by name."""


@dataclass(slots=True)
class SavedViewChanges:
    """The changes of saved views that a transaction writes: queries by name, None for removed views."""

    views: dict[str, str | None] = field(default_factory=dict)


class SavedViews(Repository):
    """The saved views as this transaction sees them: its own changes, then the source."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.changes = unit.changes.of(SavedViewChanges)
        self._stored = dict(cast("SavedViewSource", unit.source).saved_views())

    @property
    def views(self) -> dict[str, str]:
        """The queries by name."""
        current: dict[str, str | None] = {**self._stored, **self.changes.views}
        return {name: query for name, query in current.items() if query is not None}

    def put(self, name: str, query: str | None) -> None:
        """Set the query of a view; None removes the view."""
        self.changes.views[name] = query
