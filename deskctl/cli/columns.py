"""Columns of ticket lists that several commands print."""

from __future__ import annotations

from datetime import datetime

from .output import Column, field
from .style import clock_style, priority_style, status_style
from .times import age, now


def age_column(name: str, heading: str | None = None, extra: bool = False, at: datetime | None = None) -> Column:
    """Return a column of times: people see the age at the moment `at` (None: now), scripts get RFC 3339."""
    seen = at or now()
    return Column(
        name,
        lambda row: row[name],
        shown=lambda row: age(row[name], seen),
        style=lambda row: "dim",
        heading=heading,
        extra=extra,
    )


def ticket_columns(at: datetime) -> tuple[Column, ...]:
    """Return the columns of a ticket list. Ages are calculated for the moment `at`."""
    return (
        field("number", heading="#", right=True),
        field("status", style=lambda row: status_style(row["status"])),
        field("priority", style=lambda row: priority_style(row["priority"])),
        field("subject", least=16),
        Column(
            "contact",
            lambda row: row["contact"],
            shown=lambda row: row["contact"]["name"] or row["contact"]["address"] or "",
            least=8,
            heading="from",
        ),
        field("assignee", least=6),
        age_column("updated_at", "changed", at=at),
        Column(
            "due_at",
            lambda row: row["due_at"],
            shown=lambda row: age(row["due_at"], at),
            style=lambda row: clock_style(row["sla"]),
            heading="due",
        ),
        field("sla", style=lambda row: clock_style(row["sla"]), extra=True),
        field("team", extra=True),
        field("channel", extra=True),
        field("tags", extra=True),
        field("language", extra=True),
        age_column("created_at", "created", extra=True, at=at),
        age_column("waiting_since", "waiting", extra=True, at=at),
        age_column("callback_at", "call back", extra=True, at=at),
        field("tier", extra=True),
        Column("contact_tier", lambda row: row["contact"]["tier"], extra=True),
        Column("org", lambda row: row["contact"]["org"], extra=True),
    )


TICKET_COLUMNS = ticket_columns(now())
