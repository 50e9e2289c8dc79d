"""Tables of messages, calls and attachments."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from .base import Moment, key, metadata, partial_index, reference

OFFERS = "choices IS NOT NULL"

#: `visible_text` is null if it equals `text`. `message_id` is also set for outgoing messages. `original` is the first
#: text of a message that its sender edited. `trust` is the trust in the recipients that the message names.
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
    Column("reply_to", Text),  # JSON list, null for none
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
    Column("choices", Text),  # JSON list of [key, label]
    Column("original", Text),
    Column("bcc", Text),  # JSON list, null for none
    Column("lists", Text),  # JSON list, null for none
    Column("trust", Text),
    Column("version", Integer, nullable=False, server_default=text("0")),  # number of edits
    Column("may_answer", Boolean),  # automatic answers are allowed; null for our messages and for older rows
)

Index("ix_messages_ticket", messages.c.ticket, messages.c.id)
partial_index("ix_messages_offers", OFFERS, messages.c.ticket)
partial_index("ix_messages_message_id", "message_id IS NOT NULL", messages.c.message_id)

#: Ids that the other side of a channel gives to our messages, if they differ from `message_id`.
known_as = Table(
    "known_as",
    metadata,
    Column("name", Text, primary_key=True),
    reference("message", "messages.id", part_of_key=True),
    Index("ix_known_as_message", "message"),
    sqlite_with_rowid=False,
)

#: The messages that an agent has seen, each with the newest version that was displayed.
seen_messages = Table(
    "seen_messages",
    metadata,
    Column("agent", Text, primary_key=True),
    reference("message", "messages.id", part_of_key=True),
    Column("version", Integer, nullable=False),
    sqlite_with_rowid=False,
)

#: Addresses that were asked about a new topic: their next message on the channel opens a new ticket.
anew = Table(
    "anew",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    sqlite_with_rowid=False,
)

#: Telephone calls: `direction` is in or out, `seconds` is the duration if it is known.
calls = Table(
    "calls",
    metadata,
    reference("message", "messages.id", part_of_key=True),
    Column("direction", Text, nullable=False),
    Column("seconds", Integer),
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
