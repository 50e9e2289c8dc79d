"""Add the flag that allows automatic answers to a message, and delivery reports for single recipients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("may_answer", sa.Boolean(), nullable=True))
    op.add_column("outbox", sa.Column("deliveries", sa.Text(), nullable=True))
