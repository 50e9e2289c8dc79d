"""What was said on tickets, and the files that came along."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, Text, text

from .base import Moment, key, metadata, reference

#: `visible_text` is null where it is the whole `text`. `message_id` is the own id of outgoing messages too.
messages = Table(
    "messages",
    metadata,
    key(),
    reference("ticket", "tickets.number"),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("author", Text),
    reference("contact", "contacts.id", optional=True),
    Column("sent_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("message_id", Text),
    Column("in_reply_to", Text),
    Column("references", Text, nullable=False),  # JSON list
    Column("digest", Text),
    Column("reply_to", Text),
    Column("to", Text, nullable=False),  # JSON list
    Column("cc", Text, nullable=False),  # JSON list
    Column("automatic", Text),
    Column("verified", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("raw_sha256", Text, ForeignKey("blobs.sha256")),
    Column("headers", Text, nullable=False),  # JSON document
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("visible_text", Text),
)

Index("ix_messages_ticket", messages.c.ticket, messages.c.id)
Index(
    "ix_messages_message_id",
    messages.c.message_id,
    sqlite_where=text("message_id IS NOT NULL"),
    postgresql_where=text("message_id IS NOT NULL"),
)

attachments = Table(
    "attachments",
    metadata,
    key(),
    reference("message", "messages.id"),
    Column("filename", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, ForeignKey("blobs.sha256"), nullable=False),
    Column("inline", Boolean, nullable=False),
    Column("content_id", Text),
    Index("ix_attachments_message", "message"),
)
