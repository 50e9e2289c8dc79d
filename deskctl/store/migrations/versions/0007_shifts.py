"""Add shifts, absences and handover notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("first", sa.Text()),
        sa.Column("last", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_table(
        "absences",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_table(
        "handovers",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_table(
        "handovers_read",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("handover", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_handovers_read")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        for kind in ("shifts", "handovers"):
            op.execute(sa.schema.CreateSequence(sa.Sequence(f"{kind}_number", data_type=sa.BigInteger())))
