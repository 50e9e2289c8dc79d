"""The table of saved views."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from .base import metadata

saved_views = Table(
    "saved_views",
    metadata,
    Column("name", Text, primary_key=True),
    Column("query", Text, nullable=False),
    sqlite_with_rowid=False,
)
