"""Tables of SLA policies, calendars and clocks."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text

from .base import Id, Moment, metadata, partial_index, reference

#: Queries repeat these conditions exactly, so that both engines use the partial index.
RUNNING = "state = 'running'"
UNSETTLED_BREACH = "state <> 'fulfilled' AND breached_at IS NOT NULL"

#: One row: `edition` counts changes of the two tables below, `used` tells that tickets can have clocks.
sla_book = Table(
    "sla_book",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("edition", BigInteger, nullable=False),
    Column("used", Boolean, nullable=False),
)

#: All versions of all calendars.
calendars = Table(
    "calendars",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("week", Text, nullable=False),  # JSON: seven lists of [start, end] in seconds
    Column("days", Text, nullable=False),  # JSON: date to [name, list of [start, end], true for a public holiday]
    Column("holidays", Text, nullable=False),  # JSON list
    Column("removed", Boolean, nullable=False),
)

#: All versions of all policies; `position` is null for removed ones.
sla_policies = Table(
    "sla_policies",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
    Column("position", Integer),
    Column("when", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("targets", Text, nullable=False),  # JSON: metric to priority to seconds
    Column("warnings", Text, nullable=False),  # JSON list of levels
    Column("steps", Text, nullable=False),  # JSON list of [level, list of [what, value]]
)

#: `target` and `counted` are microseconds of working time.
clocks = Table(
    "clocks",
    metadata,
    reference("ticket", "tickets.number", part_of_key=True),
    Column("metric", Text, primary_key=True),
    Column("instance", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("policy", Text),
    Column("version", Integer),
    Column("calendar", Text, nullable=False),
    Column("target", BigInteger),
    Column("due_at", Moment),
    Column("counted", BigInteger, nullable=False),
    Column("since", Moment, nullable=False),
    Column("ruled_since", Moment, nullable=False),
    Column("by_hand", Boolean, nullable=False),
    Column("why", Text),
    Column("breached_at", Moment),
    Column("fulfilled_at", Moment),
    Column("fired", Text, nullable=False),  # JSON list of levels
    Column("next_at", Moment),
    Column("edition", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

partial_index("ix_clocks_due", RUNNING, clocks.c.due_at)
partial_index("ix_clocks_breached", UNSETTLED_BREACH, clocks.c.ticket)
