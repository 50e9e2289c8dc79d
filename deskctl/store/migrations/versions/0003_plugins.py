"""Add jobs of plugins, and the applied revisions of plugin tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = "state = 'waiting'"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("automation", sa.Text(), nullable=False),
        sa.Column("event", INTEGER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", INTEGER, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_at", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_jobs_event_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("automation", "event", name=op.f("uq_jobs_automation_event")),
    )
    op.create_index("ix_jobs_due", "jobs", ["due_at"], sqlite_where=sa.text(WAITING), postgresql_where=sa.text(WAITING))
    op.create_index("ix_jobs_event", "jobs", ["event"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("jobs_number", data_type=sa.BigInteger())))
    op.create_table(
        "plugin_revisions",
        sa.Column("plugin", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("at", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("plugin", "revision", name=op.f("pk_plugin_revisions")),
    )
