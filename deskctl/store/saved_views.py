"""Store saved views."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from ..core.saved_views.repository import SavedViewChanges
from .encoding import clean
from .statements import delete, insert, on_conflict_update
from .tables import saved_views


class SavedViewSource:
    """The part of `DatabaseSource` for saved views."""

    _connection: Connection

    def saved_views(self) -> Mapping[str, str]:
        return stored_views(self._connection)


def stored_views(connection: Connection) -> dict[str, str]:
    """Return the queries of all saved views by name, in alphabetical order."""
    query = select(saved_views.c.name, saved_views.c.query)
    return dict(sorted((name, text) for name, text in connection.execute(query)))


def write_saved_views(connection: Connection, changes: SavedViewChanges) -> None:
    stored = [(name, clean(query)) for name, query in changes.views.items() if query is not None]
    insert(connection, saved_views, stored, "name query", on_conflict_update("name", ["query"]))
    delete(connection, saved_views, [(name,) for name, query in changes.views.items() if query is None], "name")
