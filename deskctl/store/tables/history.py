"""Tables of commands and their events. Rows are only added."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Table, Text

from .base import Id, Moment, key, metadata, partial_index, reference

#: Queries repeat these conditions exactly, so that both databases use the partial index.
UNDOABLE = "undoable"

INVOKED = "invocation IS NOT NULL"

ABOUT = "contact IS NOT NULL"

commands = Table(
    "commands",
    metadata,
    key(),
    Column("name", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("undoable", Boolean, nullable=False),
    Column("undone", Boolean, nullable=False),
    Column("invocation", Text),  # the shell command that it was part of
)

partial_index("ix_commands_invocation", INVOKED, commands.c.invocation)

partial_index("ix_commands_undoable", UNDOABLE, commands.c.actor, commands.c.id)

events = Table(
    "events",
    metadata,
    key(),
    reference("command", "commands.id"),
    reference("ticket", "tickets.number", optional=True),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("facts", Text, nullable=False),  # JSON document
    Column("contact", Id),  # the subject of an event without a ticket
    Column("kept", Text),  # JSON document: former state, for undo; never displayed
)

Index("ix_events_ticket", events.c.ticket, events.c.id)
Index("ix_events_command", events.c.command)
partial_index("ix_events_contact", ABOUT, events.c.contact, events.c.id)
