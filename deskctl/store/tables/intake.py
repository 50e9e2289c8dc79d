"""The journal of raw messages, the bytes themselves, and where each channel stopped reading."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from .base import Id, Moment, key, metadata, reference

#: What is known of bytes kept, by their SHA-256 in hexadecimal. `refs` counts the rows that point here: journal,
#: messages, attachments, outbox. `compression` is 0 for the bytes as they are, 1 for zlib. `size` is uncompressed.
blobs = Table(
    "blobs",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("id", Id, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("refs", Integer, nullable=False),
    Column("compression", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

#: The bytes stand apart: SQLite writes a whole row again when one column changes, and `refs` does.
blob_bytes = Table(
    "blob_bytes",
    metadata,
    key(),
    Column("data", LargeBinary, nullable=False),
)

#: Not settled. Queries repeat these words exactly, so that both engines take the partial index.
UNSETTLED = "state IN ('waiting', 'quarantined')"

#: `trial`: 0 fresh, 1 in a batch that was begun, 2 to be tried singly.
journal = Table(
    "journal",
    metadata,
    key(),
    Column("channel", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("raw_sha256", Text, ForeignKey("blobs.sha256"), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("envelope", Text, nullable=False),  # JSON document
    Column("state", Text, nullable=False),
    Column("trial", SmallInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    reference("message", "messages.id", optional=True),
    Column("duplicate", Boolean, nullable=False),
    Column("reason", Text),
    Column("sender", Text),
    Column("subject", Text),
    UniqueConstraint("key", "channel"),
)

#: What a message was made of, for reading it again.
Index(
    "ix_journal_message",
    journal.c.message,
    sqlite_where=text("message IS NOT NULL"),
    postgresql_where=text("message IS NOT NULL"),
)
Index(
    "ix_journal_unsettled",
    journal.c.state,
    journal.c.id,
    sqlite_where=text(UNSETTLED),
    postgresql_where=text(UNSETTLED),
)

channel_state = Table(
    "channel_state",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("state", Text, nullable=False),  # JSON document, the channel's own
)
