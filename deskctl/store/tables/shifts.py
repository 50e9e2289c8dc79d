"""Tables of the rota (shifts and absences, which share their ids) and of handover notes."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from .base import Id, Moment, key, metadata

shifts = Table(
    "shifts",
    metadata,
    key(),
    Column("agent", Text, nullable=False),
    Column("team", Text),
    Column("timezone", Text, nullable=False),
    Column("week", Text, nullable=False),  # JSON: seven lists of [start, end] in seconds
    Column("first", Text),  # dates as in 2027-03-01
    Column("last", Text),
)

absences = Table(
    "absences",
    metadata,
    key(),
    Column("agent", Text, nullable=False),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
)

handovers = Table(
    "handovers",
    metadata,
    key(),
    Column("team", Text),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

#: The newest note that an agent has read.
handovers_read = Table(
    "handovers_read",
    metadata,
    Column("agent", Text, primary_key=True),
    Column("handover", Id, nullable=False),
    sqlite_with_rowid=False,
)
