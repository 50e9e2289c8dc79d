"""Table of the progress of building the full-text index."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, Text

from .base import Id, metadata

#: One row for each index (`messages`, `contacts`). `version` is the version of its words. Rows up to the id `last` are
#: indexed; if `complete` is true, all rows are.
search_progress = Table(
    "search_progress",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("last", Id, nullable=False),
    Column("complete", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
