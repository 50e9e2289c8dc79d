"""Tables of agents and teams."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Table, Text

from .base import metadata

agents = Table(
    "agents",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("login", Text),
    Column("active", Boolean, nullable=False),
    Column("signature", Text, nullable=False),
    Column("seat", Text),  # JSON document: capacity and skills
    Column("reach", Text),  # JSON document: notification channels and quiet hours
)

teams = Table(
    "teams",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("plan", Text),  # JSON document: the routing plan
)

memberships = Table(
    "memberships",
    metadata,
    Column("agent", Text, ForeignKey("agents.handle"), primary_key=True),
    Column("team", Text, ForeignKey("teams.handle"), primary_key=True),
)
