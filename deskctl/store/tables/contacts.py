"""Tables of contacts: their addresses and link codes, and blocked senders."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, UniqueConstraint, false

from .base import Id, Moment, key, metadata, partial_index, reference

contacts = Table(
    "contacts",
    metadata,
    key(),
    Column("name", Text),
    Column("created_at", Moment, nullable=False),
    Column("language", Text),
    Column("org", Text),
    Column("tier", Text),
    Column("timezone", Text),
    Column("merged_into", Id),
    Column("parted", Boolean, nullable=False, server_default=false()),
    Column("erased_at", Moment),
)

#: Queries repeat these conditions exactly, so that both databases use the partial indexes.
MERGED = "merged_into IS NOT NULL"
ORGANISED = "org IS NOT NULL"

partial_index("ix_contacts_merged_into", MERGED, contacts.c.merged_into)
partial_index("ix_contacts_org", ORGANISED, contacts.c.org)

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

#: One-time codes that link an address to a contact, by the hash of the code.
link_codes = Table(
    "link_codes",
    metadata,
    Column("digest", Text, primary_key=True),
    reference("contact", "contacts.id"),
    Column("kind", Text),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Index("ix_link_codes_contact", "contact"),
    sqlite_with_rowid=False,
)

#: Number of wrong codes that an address has sent since a time.
link_tries = Table(
    "link_tries",
    metadata,
    Column("address", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    sqlite_with_rowid=False,
)

#: Blocked senders, whose mail is spam: addresses and `@domain`s in lower case.
blocks = Table("blocks", metadata, Column("pattern", Text, primary_key=True), sqlite_with_rowid=False)

Index("ix_identities_contact", identities.c.contact, identities.c.id)
