"""Calendars, service levels and their clocks."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with what the tables of this version need."""
