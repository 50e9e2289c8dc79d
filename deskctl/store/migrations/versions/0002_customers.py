"""Add links between contacts, organizations, tiers and logged calls."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def where(condition: str) -> dict[str, Any]:
    """Return the condition of a partial index."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    _customers()
    _conversation()


def _customers() -> None:
    for name in ("org", "tier", "timezone"):
        op.add_column("contacts", sa.Column(name, sa.Text()))
    op.add_column("contacts", sa.Column("merged_into", INTEGER))
    op.add_column("contacts", sa.Column("parted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("contacts", sa.Column("erased_at", INTEGER))
    op.create_index("ix_contacts_merged_into", "contacts", ["merged_into"], **where("merged_into IS NOT NULL"))
    op.create_index("ix_contacts_org", "contacts", ["org"], **where("org IS NOT NULL"))
    op.add_column("tickets", sa.Column("callback_at", INTEGER))
    op.add_column("events", sa.Column("contact", INTEGER))
    op.create_index("ix_events_contact", "events", ["contact", "id"], **where("contact IS NOT NULL"))
    _links()
    _calls()


def _links() -> None:
    op.create_table(
        "link_codes",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("contact", INTEGER, nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("created_at", INTEGER, nullable=False),
        sa.Column("expires_at", INTEGER, nullable=False),
        sa.Column("used_at", INTEGER),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_link_codes")),
        sa.ForeignKeyConstraint(["contact"], ["contacts.id"], name=op.f("fk_link_codes_contact_contacts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_link_codes_contact", "link_codes", ["contact"])
    op.create_table(
        "link_tries",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("since", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("address", "kind", name=op.f("pk_link_tries")),
        sqlite_with_rowid=False,
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("message", INTEGER, nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Integer()),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_calls")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_calls_message_messages")),
    )


def _conversation() -> None:
    op.add_column("messages", sa.Column("choices", sa.Text()))
    op.add_column("messages", sa.Column("original", sa.Text()))
    op.add_column("outbox", sa.Column("choices", sa.Text()))
    op.create_index("ix_messages_offers", "messages", ["ticket"], **where("choices IS NOT NULL"))
    op.create_table(
        "known_as",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("message", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("name", "message", name=op.f("pk_known_as")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_known_as_message_messages")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_known_as_message", "known_as", ["message"])
    op.create_table(
        "anew",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("pk_anew")),
        sqlite_with_rowid=False,
    )
