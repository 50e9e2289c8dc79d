"""Agents and teams, contacts and their addresses."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text, UniqueConstraint

from .base import Moment, key, metadata, reference

agents = Table(
    "agents",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("login", Text),
    Column("active", Boolean, nullable=False),
    Column("signature", Text, nullable=False),
)

teams = Table(
    "teams",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("signature", Text, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("agent", Text, ForeignKey("agents.handle"), primary_key=True),
    Column("team", Text, ForeignKey("teams.handle"), primary_key=True),
)

contacts = Table(
    "contacts",
    metadata,
    key(),
    Column("name", Text),
    Column("created_at", Moment, nullable=False),
    Column("language", Text),
)

identities = Table(
    "identities",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    Column("address", Text, nullable=False),
    reference("contact", "contacts.id"),
    Column("bounced", Text),
    UniqueConstraint("address", "kind"),
)

#: Whose mail is spam: addresses and `@domain`s, lower-cased.
blocks = Table("blocks", metadata, Column("pattern", Text, primary_key=True), sqlite_with_rowid=False)

Index("ix_identities_contact", identities.c.contact, identities.c.id)
