"""Work for plugins after a commit, and which of their tables were made."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with what the tables of this version need."""
