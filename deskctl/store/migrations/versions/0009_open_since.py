"""Add the time since when a reopened ticket is open, from which its queue position is calculated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

QUEUED = "assignee IS NULL AND status IN ('new', 'open')"
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("tickets", sa.Column("open_since", INTEGER))
    # The queue shows an escalated ticket only to agents of its tier, so the index includes the tier.
    op.drop_index("ix_tickets_queue", "tickets")
    _partial("ix_tickets_queue", QUEUED, "team", "queue_at", "number", "tier")
    _partial("ix_tickets_approval", "approval IS NOT NULL", "number")


def _partial(name: str, where: str, *columns: str) -> None:
    op.create_index(name, "tickets", list(columns), sqlite_where=sa.text(where), postgresql_where=sa.text(where))
