"""Add an index of claimed outbox entries, so that finding them does not read the whole outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

IN_HAND = sa.text("state IN ('claimed', 'sending')")


def upgrade() -> None:
    op.create_index("ix_outbox_in_hand", "outbox", ["claimed_by"], sqlite_where=IN_HAND, postgresql_where=IN_HAND)
