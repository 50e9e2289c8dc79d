"""Store the messages and versions that agents have seen, answers to notifications, and composing leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: Messages up to the last seen one count as seen in their first version, including those of merged tickets. Replies
#: were not tracked before: existing ones count as seen.
_SEEN = """
WITH RECURSIVE held(root, ticket) AS (
    SELECT DISTINCT ticket, ticket FROM seen
    UNION
    SELECT held.root, tickets.number FROM held JOIN tickets ON tickets.merged_into = held.ticket
)
INSERT INTO seen_messages (agent, message, version)
SELECT DISTINCT seen.agent, messages.id, 0
FROM seen JOIN held ON held.root = seen.ticket JOIN messages ON messages.ticket = held.ticket
WHERE messages.kind IN ('in', 'out') AND (messages.id <= seen.message OR messages.kind = 'out')
"""


def upgrade() -> None:
    op.add_column("messages", sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("outbox", sa.Column("shown", sa.Text()))
    op.create_table(
        "seen_messages",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("message", INTEGER, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_seen_messages_message_messages")),
        sa.PrimaryKeyConstraint("agent", "message", name=op.f("pk_seen_messages")),
        sqlite_with_rowid=False,
    )
    op.execute(_SEEN)
    op.drop_table("seen")
    op.create_table(
        "notification_answers",
        sa.Column("outbox", INTEGER, autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("message", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["outbox"], ["outbox.id"], name=op.f("fk_notification_answers_outbox_outbox")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_notification_answers_message_messages")),
        sa.PrimaryKeyConstraint("outbox", "content", name=op.f("pk_notification_answers")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "composing",
        sa.Column("ticket", INTEGER, autoincrement=False, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("since", INTEGER, nullable=False),
        sa.Column("until", INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_composing_ticket_tickets")),
        sa.PrimaryKeyConstraint("ticket", "agent", name=op.f("pk_composing")),
        sqlite_with_rowid=False,
    )
