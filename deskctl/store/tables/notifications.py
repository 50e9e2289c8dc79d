"""Tables of pending notifications, notification windows, and accepted answers to notifications."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from .base import Id, Moment, key, metadata, reference

notices = Table(
    "notices",
    metadata,
    key(),
    Column("agent", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ticket", Id),
    Column("message", Id),
    Column("detail", Text),
    Column("personal", Boolean, nullable=False),
)

Index("ix_notices_agent", notices.c.agent)
Index("ix_notices_ticket", notices.c.ticket)

windows = Table(
    "windows",
    metadata,
    Column("agent", Text, primary_key=True),
    Column("until", Moment, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("at_once", Integer, nullable=False),
    Column("waiting", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

#: Accepted answers to notifications: a hash of the answer, and the message that was created from it.
notification_answers = Table(
    "notification_answers",
    metadata,
    reference("outbox", "outbox.id", part_of_key=True),
    Column("content", Text, primary_key=True),
    reference("message", "messages.id"),
    sqlite_with_rowid=False,
)
