"""Tables of presence, assignment turns, and teams without available agents."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from .base import Moment, metadata

presences = Table(
    "presences",
    metadata,
    Column("agent", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Moment),
    Column("until", Moment),
    Column("moved", Text),
    Column("moved_by", Text),
    sqlite_with_rowid=False,
)

#: An agent's last assignment of a ticket of a channel, and the number of assignments since `began`.
turns = Table(
    "turns",
    metadata,
    Column("agent", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("began", Moment, nullable=False),
    Column("given", Integer, nullable=False),
    sqlite_with_rowid=False,
)

#: Teams that were warned that tickets wait and no agent is available.
unattended = Table(
    "unattended",
    metadata,
    Column("team", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    sqlite_with_rowid=False,
)
