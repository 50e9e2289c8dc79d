"""Queries for saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from ...core.saved_views.queries import ListViews
from ..saved_views import stored_views
from .reader import Answers

if TYPE_CHECKING:
    from ...core.saved_views.views import ViewRow


def list_views(connection: Connection) -> list[ViewRow]:
    return [{"name": name, "query": query} for name, query in stored_views(connection).items()]


ANSWERS: Answers = {ListViews: lambda reader, query: list_views(reader.connection)}
