"""Index the new and open tickets of each team in queue order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OPEN = sa.text("status IN ('new', 'open')")


def upgrade() -> None:
    columns = ["team", "queue_at", "number", "status"]
    op.create_index("ix_tickets_team_queue", "tickets", columns, sqlite_where=OPEN, postgresql_where=OPEN)
