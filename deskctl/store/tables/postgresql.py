"""What only PostgreSQL needs: sequences that number rows, and the full-text index."""

from __future__ import annotations

from sqlalchemy import Column, Index, MetaData, Sequence, Table
from sqlalchemy.dialects.postgresql import TSVECTOR

from .base import NAMING, Id, key

metadata = MetaData(naming_convention=NAMING)

#: Tables whose rows the desk numbers.
NUMBERED = (
    "attachments",
    "blobs",
    "commands",
    "contacts",
    "events",
    "identities",
    "journal",
    "messages",
    "outbox",
    "search_rows",
    "tickets",
    "timers",
)

sequences = {name: Sequence(f"{name}_number", data_type=Id, metadata=metadata) for name in NUMBERED}

search_index = Table("search_index", metadata, key(), Column("tokens", TSVECTOR, nullable=False))

Index("ix_search_index_tokens", search_index.c.tokens, postgresql_using="gin")
