"""Add calendars, SLA policies and clocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RUNNING = "state = 'running'"
UNSETTLED_BREACH = "state <> 'fulfilled' AND breached_at IS NOT NULL"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("due_at", INTEGER))
    _book()
    _clocks()


def _book() -> None:
    op.create_table(
        "sla_book",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_book")),
    )
    op.create_table(
        "calendars",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", INTEGER, nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("holidays", sa.Text(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_calendars")),
    )
    op.create_table(
        "sla_policies",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", INTEGER, nullable=False),
        sa.Column("position", sa.Integer()),
        sa.Column("when", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_sla_policies")),
    )


def _clocks() -> None:
    op.create_table(
        "clocks",
        sa.Column("ticket", INTEGER, autoincrement=False, nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("instance", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", INTEGER, nullable=False),
        sa.Column("policy", sa.Text()),
        sa.Column("version", sa.Integer()),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("target", sa.BigInteger()),
        sa.Column("due_at", INTEGER),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("since", INTEGER, nullable=False),
        sa.Column("ruled_since", INTEGER, nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("breached_at", INTEGER),
        sa.Column("fulfilled_at", INTEGER),
        sa.Column("fired", sa.Text(), nullable=False),
        sa.Column("next_at", INTEGER),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"], name=op.f("fk_clocks_ticket_tickets")),
        sa.PrimaryKeyConstraint("ticket", "metric", "instance", name=op.f("pk_clocks")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_clocks_due", "clocks", ["due_at"], sqlite_where=sa.text(RUNNING), postgresql_where=sa.text(RUNNING)
    )
    breach = sa.text(UNSETTLED_BREACH)
    op.create_index("ix_clocks_breached", "clocks", ["ticket"], sqlite_where=breach, postgresql_where=breach)
