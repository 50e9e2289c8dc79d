"""Who a customer is on every channel: links, organisations, tiers, logged calls."""

from __future__ import annotations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with what the tables of this version need."""
