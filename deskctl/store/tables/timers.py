"""The table of timers."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from .base import Moment, key, metadata, reference

timers = Table(
    "timers",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("key", Text, nullable=False),
    reference("ticket", "tickets.number", optional=True),
    UniqueConstraint("key"),
)

Index("ix_timers_due_at", timers.c.due_at)
