"""Add skills, capacity, presence, shifts and routing decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for column in ("tier", "approval", "waits", "declined", "former"):
        op.add_column("tickets", sa.Column(column, sa.Text()))
    op.add_column("agents", sa.Column("seat", sa.Text()))
    op.add_column("teams", sa.Column("plan", sa.Text()))
    _presence()


def _presence() -> None:
    op.create_table(
        "presences",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", INTEGER),
        sa.Column("until", INTEGER),
        sa.Column("moved", sa.Text()),
        sa.Column("moved_by", sa.Text()),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_presences")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "turns",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", INTEGER, nullable=False),
        sa.Column("began", INTEGER, nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "channel", name=op.f("pk_turns")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unattended",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("since", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_unattended")),
        sqlite_with_rowid=False,
    )
