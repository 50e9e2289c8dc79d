"""Store the values of declared ticket fields."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BINARY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "ticket_fields",
        sa.Column("ticket", INTEGER, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("key", BINARY, nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_ticket_fields_ticket_tickets")),
        sa.PrimaryKeyConstraint("ticket", "name", name=op.f("pk_ticket_fields")),
    )
    op.create_index("ix_ticket_fields_key", "ticket_fields", ["name", "type", "key", "ticket"])
