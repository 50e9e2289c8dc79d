"""Create the first schema of the store."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ACTIVE = "status IN ('new', 'open', 'pending', 'hold')"
QUEUED = "assignee IS NULL AND status IN ('new', 'open')"
UNSETTLED = "state IN ('waiting', 'quarantined')"
DUE = "state IN ('queued', 'retry')"
UNSENT = "state NOT IN ('sent', 'cancelled')"
UNDOABLE = "undoable AND NOT undone"

NUMBERED = (
    "attachments",
    "blobs",
    "commands",
    "contacts",
    "events",
    "identities",
    "journal",
    "messages",
    "outbox",
    "search_rows",
    "tickets",
    "timers",
)


def where(condition: str) -> dict[str, Any]:
    """Return the condition of a partial index."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    _tables()
    if op.get_bind().dialect.name == "sqlite":
        _only_sqlite()
    else:
        _only_postgresql()


def _only_sqlite() -> None:
    op.create_table(
        "counters",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_counters")),
    )
    # Text is split into words before (`values.tokens`), so the simplest tokenizer is enough. Only the index is stored
    # (no content) and no row sizes, because results are not ranked: the newest ticket comes first.
    op.execute("CREATE VIRTUAL TABLE search_index USING fts5(tokens, content='', columnsize=0, tokenize='ascii')")


def _only_postgresql() -> None:
    for name in NUMBERED:
        op.execute(sa.schema.CreateSequence(sa.Sequence(f"{name}_number", data_type=sa.BigInteger())))
    op.create_table(
        "search_index",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("tokens", TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_index")),
    )
    op.create_index("ix_search_index_tokens", "search_index", ["tokens"], postgresql_using="gin")


def _tables() -> None:
    op.create_table(
        "agents",
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_agents")),
    )
    op.create_table(
        "blob_bytes",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blob_bytes")),
    )
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("refs", sa.Integer(), nullable=False),
        sa.Column("compression", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blobs")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "blocks",
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pattern", name=op.f("pk_blocks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "channel_state",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_state")),
    )
    op.create_table(
        "commands",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", INTEGER, nullable=False),
        sa.Column("undoable", sa.Boolean(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commands")),
    )
    op.create_index("ix_commands_undoable", "commands", ["actor", "id"], **where(UNDOABLE))
    op.create_table(
        "contacts",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("created_at", INTEGER, nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_table(
        "teams",
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_teams")),
    )
    op.create_table(
        "identities",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("contact", INTEGER, nullable=False),
        sa.Column("bounced", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["contact"], ["contacts.id"], name=op.f("fk_identities_contact_contacts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("address", "kind", name=op.f("uq_identities_address_kind")),
    )
    op.create_index("ix_identities_contact", "identities", ["contact", "id"])
    op.create_table(
        "memberships",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agents.handle"], name=op.f("fk_memberships_agent_agents")),
        sa.ForeignKeyConstraint(["team"], ["teams.handle"], name=op.f("fk_memberships_team_teams")),
        sa.PrimaryKeyConstraint("agent", "team", name=op.f("pk_memberships")),
    )
    op.create_table(
        "tickets",
        sa.Column("number", INTEGER, autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("contact", INTEGER, nullable=False),
        sa.Column("created_at", INTEGER, nullable=False),
        sa.Column("updated_at", INTEGER, nullable=False),
        sa.Column("queue_at", INTEGER, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("waiting_since", INTEGER, nullable=True),
        sa.Column("solved_at", INTEGER, nullable=True),
        sa.Column("merged_into", INTEGER, nullable=True),
        sa.Column("follows", INTEGER, nullable=True),
        sa.Column("spam", sa.Boolean(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["contact"], ["contacts.id"], name=op.f("fk_tickets_contact_contacts")),
        sa.ForeignKeyConstraint(["follows"], ["tickets.number"], name=op.f("fk_tickets_follows_tickets")),
        sa.ForeignKeyConstraint(["merged_into"], ["tickets.number"], name=op.f("fk_tickets_merged_into_tickets")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_tickets")),
    )
    op.create_index("ix_tickets_active", "tickets", ["updated_at", "number"], **where(ACTIVE))
    op.create_index("ix_tickets_assignee", "tickets", ["assignee", "updated_at", "number"], **where(ACTIVE))
    op.create_index("ix_tickets_contact", "tickets", ["contact", "updated_at"])
    op.create_index("ix_tickets_merged_into", "tickets", ["merged_into"], **where("merged_into IS NOT NULL"))
    op.create_index("ix_tickets_queue", "tickets", ["team", "queue_at", "number"], **where(QUEUED))
    op.create_index("ix_tickets_spam", "tickets", ["updated_at", "number"], **where("spam"))
    op.create_index("ix_tickets_token", "tickets", ["token"], **where("token IS NOT NULL"))
    op.create_index("ix_tickets_team", "tickets", ["team", "updated_at", "number"], **where(ACTIVE))
    op.create_index("ix_tickets_updated", "tickets", ["updated_at", "number"])
    op.create_table(
        "events",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("command", INTEGER, nullable=False),
        sa.Column("ticket", INTEGER, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", INTEGER, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["command"], ["commands.id"], name=op.f("fk_events_command_commands")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_events_ticket_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_command", "events", ["command"])
    op.create_index("ix_events_ticket", "events", ["ticket", "id"])
    op.create_table(
        "followers",
        sa.Column("ticket", INTEGER, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_followers_ticket_tickets")),
        sa.PrimaryKeyConstraint("ticket", "agent", name=op.f("pk_followers")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "messages",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("ticket", INTEGER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("contact", INTEGER, nullable=True),
        sa.Column("sent_at", INTEGER, nullable=False),
        sa.Column("created_at", INTEGER, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("in_reply_to", sa.Text(), nullable=True),
        sa.Column("references", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("cc", sa.Text(), nullable=False),
        sa.Column("automatic", sa.Text(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("raw_sha256", sa.Text(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("visible_text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["contact"], ["contacts.id"], name=op.f("fk_messages_contact_contacts")),
        sa.ForeignKeyConstraint(["raw_sha256"], ["blobs.sha256"], name=op.f("fk_messages_raw_sha256_blobs")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_messages_ticket_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index("ix_messages_message_id", "messages", ["message_id"], **where("message_id IS NOT NULL"))
    op.create_index("ix_messages_ticket", "messages", ["ticket", "id"])
    op.create_table(
        "participants",
        sa.Column("ticket", INTEGER, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_participants_ticket_tickets")),
        sa.PrimaryKeyConstraint("ticket", "address", name=op.f("pk_participants")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seen",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("ticket", INTEGER, nullable=False),
        sa.Column("message", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_seen_ticket_tickets")),
        sa.PrimaryKeyConstraint("agent", "ticket", name=op.f("pk_seen")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ticket_tags",
        sa.Column("ticket", INTEGER, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_ticket_tags_ticket_tickets")),
        sa.PrimaryKeyConstraint("ticket", "tag", name=op.f("pk_ticket_tags")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ticket_tags_tag", "ticket_tags", ["tag", "ticket"])
    op.create_table(
        "timers",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", INTEGER, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("ticket", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_timers_ticket_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timers")),
        sa.UniqueConstraint("key", name=op.f("uq_timers_key")),
    )
    op.create_index("ix_timers_due_at", "timers", ["due_at"])
    op.create_table(
        "attachments",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("message", INTEGER, nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_attachments_message_messages")),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name=op.f("fk_attachments_sha256_blobs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index("ix_attachments_message", "attachments", ["message"])
    op.create_table(
        "journal",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("raw_sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received_at", INTEGER, nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("trial", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message", INTEGER, nullable=True),
        sa.Column("duplicate", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_journal_message_messages")),
        sa.ForeignKeyConstraint(["raw_sha256"], ["blobs.sha256"], name=op.f("fk_journal_raw_sha256_blobs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("key", "channel", name=op.f("uq_journal_key_channel")),
    )
    op.create_index("ix_journal_unsettled", "journal", ["state", "id"], **where(UNSETTLED))
    op.create_table(
        "outbox",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", INTEGER, nullable=False),
        sa.Column("due_at", INTEGER, nullable=True),
        sa.Column("sent_at", INTEGER, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("ticket", INTEGER, nullable=True),
        sa.Column("message", INTEGER, nullable=True),
        sa.Column("sender_name", sa.Text(), nullable=True),
        sa.Column("sender_address", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("cc", sa.Text(), nullable=False),
        sa.Column("bcc", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.Text(), nullable=True),
        sa.Column("references", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_at", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_outbox_message_messages")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_outbox_ticket_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_auto", "outbox", ["created_at"], **where("kind = 'auto'"))
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
    op.create_index("ix_outbox_due", "outbox", ["due_at"], **where(DUE))
    op.create_index("ix_outbox_message", "outbox", ["message"])
    op.create_index("ix_outbox_ticket", "outbox", ["ticket"])
    op.create_index("ix_outbox_unsent", "outbox", ["id"], **where(UNSENT))
    op.create_table(
        "search_rows",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("ticket", INTEGER, nullable=False),
        sa.Column("message", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_search_rows_message_messages")),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_search_rows_ticket_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_rows")),
    )
    op.create_index("ix_search_rows_message", "search_rows", ["message"])
