"""How far the full-text index is built."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, Text

from .base import Id, metadata

#: One row for each index (`messages`, `contacts`). `version` is that of the words in it; rows up to the id `last` were
#: indexed, all of them when `complete`.
search_progress = Table(
    "search_progress",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("last", Id, nullable=False),
    Column("complete", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
