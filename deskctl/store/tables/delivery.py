"""The table of outgoing messages."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from .base import Moment, key, metadata, partial_index, reference

#: Queries repeat these conditions exactly, so that both databases use the partial indexes.
DUE = "state IN ('queued', 'retry')"
IN_HAND = "state IN ('claimed', 'sending')"
AUTO = "kind = 'auto'"
UNSENT = "state NOT IN ('sent', 'cancelled')"

outbox = Table(
    "outbox",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("sent_at", Moment),
    Column("last_error", Text),
    reference("ticket", "tickets.number", optional=True),
    reference("message", "messages.id", optional=True),
    Column("sender_name", Text),
    Column("sender_address", Text),
    Column("reply_to", Text),
    Column("to", Text, nullable=False),  # JSON list
    Column("cc", Text, nullable=False),  # JSON list
    Column("bcc", Text, nullable=False),  # JSON list
    Column("in_reply_to", Text),
    Column("references", Text, nullable=False),  # JSON list
    Column("language", Text),
    Column("automatic", Boolean, nullable=False),
    Column("files", Text, nullable=False),  # JSON list of [filename, content type, size, sha256]
    Column("headers", Text, nullable=False),  # JSON document
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("choices", Text),  # JSON list of [key, label]
    Column("agent", Text),  # the recipient of a notification
    Column("shown", Text),  # JSON document: content of a notification, see core.delivery.model.Shown
    Column("claimed_by", Text),  # the daemon that claimed it, at `claimed_at`
    Column("claimed_at", Moment),
    # JSON list of [address, state, status, reason class, reason]: delivery reports for single recipients
    Column("deliveries", Text),
)

partial_index("ix_outbox_due", DUE, outbox.c.due_at)
partial_index("ix_outbox_in_hand", IN_HAND, outbox.c.claimed_by)
partial_index("ix_outbox_unsent", UNSENT, outbox.c.id)
partial_index("ix_outbox_auto", AUTO, outbox.c.created_at)
Index("ix_outbox_message_id", outbox.c.message_id)
Index("ix_outbox_ticket", outbox.c.ticket)
Index("ix_outbox_message", outbox.c.message)
