"""Tables of the journal of raw messages, of their bytes, and of the read positions of channels."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from .base import Id, Moment, key, metadata, partial_index, reference

#: Stored contents by their hexadecimal SHA-256. `refs` counts the rows that refer to a content: journal, messages,
#: attachments, outbox. `compression` is 0 for none, 1 for zlib. `size` is the uncompressed size.
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

#: The bytes have their own table, because SQLite rewrites a whole row when one column changes, and `refs` changes.
blob_bytes = Table(
    "blob_bytes",
    metadata,
    key(),
    Column("data", LargeBinary, nullable=False),
)

#: Unsettled rows. Queries repeat this condition exactly, so that both databases use the partial index.
UNSETTLED = "state IN ('waiting', 'quarantined')"

#: `trial`: 0 new, 1 in a batch that was started, 2 must be processed alone.
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

#: Finds the raw bytes of a message, to parse it again.
partial_index("ix_journal_message", "message IS NOT NULL", journal.c.message)
partial_index("ix_journal_unsettled", UNSETTLED, journal.c.state, journal.c.id)

channel_state = Table(
    "channel_state",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("state", Text, nullable=False),  # JSON document that the channel defines
)
