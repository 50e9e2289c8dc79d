"""Which piece of searchable text belongs to which message; the words themselves are in `search_index`.

`search_index` is an FTS5 table on SQLite and a table of tsvectors on PostgreSQL, both keyed by `search_rows.id`.
"""

from __future__ import annotations

from sqlalchemy import Index, Table

from .base import key, metadata, reference

search_rows = Table(
    "search_rows",
    metadata,
    key(),
    reference("ticket", "tickets.number"),
    reference("message", "messages.id", optional=True),
)

Index("ix_search_rows_message", search_rows.c.message)
