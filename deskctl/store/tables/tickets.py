"""Tables of tickets, and of their tags, fields, followers, participants and composing leases."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, SmallInteger, Table, Text

from .base import Binary, Moment, key, metadata, partial_index, reference

#: Tickets that need work. Queries repeat these conditions exactly, so that both databases use the partial indexes.
ACTIVE = "status IN ('new', 'open', 'pending', 'hold')"
OPEN = "status IN ('new', 'open')"
QUEUED = "assignee IS NULL AND status IN ('new', 'open')"

tickets = Table(
    "tickets",
    metadata,
    key("number"),
    Column("subject", Text, nullable=False),
    Column("channel", Text, nullable=False),
    reference("contact", "contacts.id"),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("queue_at", Moment, nullable=False),
    Column("status", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("team", Text),
    Column("assignee", Text),
    Column("language", Text),
    Column("waiting_since", Moment),
    Column("solved_at", Moment),
    reference("merged_into", "tickets.number", optional=True),
    reference("follows", "tickets.number", optional=True),
    Column("spam", Boolean, nullable=False),
    Column("token", Text),
    Column("callback_at", Moment),
    Column("due_at", Moment),
    Column("tier", Text),
    Column("approval", Text),
    Column("waits", Text),
    Column("declined", Text),
    Column("former", Text),
    Column("open_since", Moment),
)

Index("ix_tickets_updated", tickets.c.updated_at, tickets.c.number)


partial_index("ix_tickets_active", ACTIVE, tickets.c.updated_at, tickets.c.number)
partial_index("ix_tickets_assignee", ACTIVE, tickets.c.assignee, tickets.c.updated_at, tickets.c.number)
partial_index("ix_tickets_team", ACTIVE, tickets.c.team, tickets.c.updated_at, tickets.c.number)
partial_index("ix_tickets_team_queue", OPEN, tickets.c.team, tickets.c.queue_at, tickets.c.number, tickets.c.status)
partial_index("ix_tickets_queue", QUEUED, tickets.c.team, tickets.c.queue_at, tickets.c.number, tickets.c.tier)
partial_index("ix_tickets_approval", "approval IS NOT NULL", tickets.c.number)
partial_index("ix_tickets_spam", "spam", tickets.c.updated_at, tickets.c.number)
partial_index("ix_tickets_token", "token IS NOT NULL", tickets.c.token)
partial_index("ix_tickets_merged_into", "merged_into IS NOT NULL", tickets.c.merged_into)
Index("ix_tickets_contact", tickets.c.contact, tickets.c.updated_at)

ticket_tags = Table(
    "ticket_tags",
    metadata,
    reference("ticket", "tickets.number", part_of_key=True),
    Column("tag", Text, primary_key=True),
    Index("ix_ticket_tags_tag", "tag", "ticket"),
    sqlite_with_rowid=False,
)

#: The values of declared fields. `type` is that of the field when it was set, `key` orders the values of a type.
ticket_fields = Table(
    "ticket_fields",
    metadata,
    reference("ticket", "tickets.number", part_of_key=True),
    Column("name", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("key", Binary, nullable=False),
    Index("ix_ticket_fields_key", "name", "type", "key", "ticket"),
)

followers = Table(
    "followers",
    metadata,
    reference("ticket", "tickets.number", part_of_key=True),
    Column("agent", Text, primary_key=True),
    sqlite_with_rowid=False,
)

#: Participants of a ticket: lower-case addresses of senders and recipients.
participants = Table(
    "participants",
    metadata,
    reference("ticket", "tickets.number", part_of_key=True),
    Column("address", Text, primary_key=True),
    Index("ix_participants_address", "address", "ticket"),
    sqlite_with_rowid=False,
)

#: Leases of agents who compose a reply; a lease expires at `until` unless it is renewed.
composing = Table(
    "composing",
    metadata,
    reference("ticket", "tickets.number", part_of_key=True),
    Column("agent", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    sqlite_with_rowid=False,
)
