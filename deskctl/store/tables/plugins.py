"""Tables of plugin jobs, and of the applied revisions of plugin tables."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from .base import Moment, key, metadata, partial_index, reference

#: Queries repeat these conditions exactly, so that both databases use the partial index.
WAITING = "state = 'waiting'"

jobs = Table(
    "jobs",
    metadata,
    key(),
    Column("automation", Text, nullable=False),  # PLUGIN.NAME
    reference("event", "events.id"),
    Column("state", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("depth", Integer, nullable=False),  # number of automations that led to this job
    Column("last_error", Text),
    Column("claimed_by", Text),  # the daemon that claimed it, at `claimed_at`
    Column("claimed_at", Moment),
    UniqueConstraint("automation", "event"),
)

partial_index("ix_jobs_due", WAITING, jobs.c.due_at)
Index("ix_jobs_event", jobs.c.event)

plugin_revisions = Table(
    "plugin_revisions",
    metadata,
    Column("plugin", Text, primary_key=True),
    Column("revision", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)
