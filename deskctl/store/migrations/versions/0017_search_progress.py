"""Store the progress of the full-text index, so that building it can stop and continue, and index participants by
address.

The index of an older store has version 1 of the words: `migrate.upgrade` rebuilds it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0013"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    table = op.create_table(
        "search_progress",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last", INTEGER, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_search_progress")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_participants_address", "participants", ["address", "ticket"])
    rows = [{"name": name, "version": 1, "last": 0, "complete": True} for name in ("messages", "contacts")]
    op.bulk_insert(table, rows)
