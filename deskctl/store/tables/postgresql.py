"""Tables and sequences only for PostgreSQL: sequences that generate ids, and the full-text index.

This module imports the dialect of PostgreSQL. Import it only if the store is on PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, MetaData, Sequence, SmallInteger, Table, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from .base import NAMING, Id

metadata = MetaData(naming_convention=NAMING)

#: Tables whose ids come from sequences.
NUMBERED = (
    "attachments",
    "blobs",
    "commands",
    "contacts",
    "events",
    "handovers",
    "identities",
    "journal",
    "messages",
    "notices",
    "outbox",
    "shifts",
    "tickets",
    "timers",
)

sequences = {name: Sequence(f"{name}_number", data_type=Id, metadata=metadata) for name in NUMBERED}

#: Index entries by message. A message too long for one tsvector has several rows, all marked `long`.
search_index = Table(
    "search_index",
    metadata,
    Column("message", Id, primary_key=True, autoincrement=False),
    Column("piece", SmallInteger, primary_key=True, autoincrement=False),
    Column("long", Boolean, nullable=False),
    Column("tokens", TSVECTOR, nullable=False),
)

search_contacts = Table(
    "search_contacts",
    metadata,
    Column("contact", Id, primary_key=True, autoincrement=False),
    Column("tokens", TSVECTOR, nullable=False),
)

Index("ix_search_index_tokens", search_index.c.tokens, postgresql_using="gin")
Index("ix_search_index_long", search_index.c.tokens, postgresql_using="gin", postgresql_where=text("long"))
Index("ix_search_contacts_tokens", search_contacts.c.tokens, postgresql_using="gin")
