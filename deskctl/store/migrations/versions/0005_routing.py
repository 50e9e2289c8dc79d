"""Who can take what: skills, capacity, presence, shifts, and why a ticket went where it went."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with what the tables of this version need."""
