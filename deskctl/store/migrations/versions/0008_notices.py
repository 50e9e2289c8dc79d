"""Add pending notifications, notification channels and quiet hours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("agents", sa.Column("reach", sa.Text()))
    op.add_column("outbox", sa.Column("agent", sa.Text()))
    op.create_table(
        "notices",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", INTEGER, nullable=False),
        sa.Column("ticket", INTEGER),
        sa.Column("message", INTEGER),
        sa.Column("detail", sa.Text()),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_agent", "notices", ["agent"])
    op.create_index("ix_notices_ticket", "notices", ["ticket"])
    op.create_table(
        "windows",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("until", INTEGER, nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_windows")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("notices_number", data_type=sa.BigInteger())))
