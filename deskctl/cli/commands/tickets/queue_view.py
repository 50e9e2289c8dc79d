"""The columns of the queue, and the banner above it: unread handover notes and requests for approval."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ....safe import visible
from ...columns import age_column
from ...messages import _
from ...output import Column, field
from ...style import paint, priority_style, status_style
from ...times import now, overdue
from ...width import cut
from ..shifts.rota_view import handover_lines


def _due(row: Any, at: datetime) -> str:
    """Return `in 25m` or `3h late`; "" without a running clock."""
    if not row["due_at"]:
        return _("overdue") if row["overdue"] else ""
    return overdue(row["due_at"], at)


def _customer(row: Any) -> str:
    contact = row["contact"]
    name = contact["name"] or contact["address"] or ""
    return f"{name} ({contact['tier']})" if contact["tier"] else name


def _assignee(row: Any) -> str:
    """Return the assignee, or the team and tier in brackets: `(support: senior)`."""
    if row["assignee"]:
        return str(row["assignee"])
    place = ": ".join(part for part in (row["team"], row["tier"]) if part)
    return f"({place})" if place else ""


def queue_columns(at: datetime) -> tuple[Column, ...]:
    """Return the columns of the queue. Ages are calculated for the moment `at`."""
    return (
        field("number", heading="#", right=True),
        Column(
            "due_at",
            lambda row: row["due_at"],
            shown=lambda row: _due(row, at),
            style=lambda row: "red" if row["overdue"] else "yellow" if row["soon"] else "",
            heading="due",
        ),
        field("priority", style=lambda row: priority_style(row["priority"])),
        field("subject", least=14),
        Column("contact", lambda row: row["contact"], shown=_customer, least=8, heading="from"),
        age_column("waiting_since", "waiting", at=at),
        Column(
            "assignee",
            lambda row: row["assignee"],
            shown=_assignee,
            style=lambda row: "" if row["assignee"] else "dim",
            least=6,
        ),
        field("status", style=lambda row: status_style(row["status"]), extra=True),
        field("team", extra=True),
        field("channel", extra=True),
        field("sla", extra=True),
        field("tags", extra=True),
        field("queue_at", extra=True),
        field("tier", extra=True),
        Column("contact_tier", lambda row: row["contact"]["tier"], extra=True),
    )


QUEUE_COLUMNS = queue_columns(now())


def home_columns(*, mine: bool) -> list[Column]:
    """Return the columns of `deskctl` without a command. The agent's own tickets are shown without an assignee."""
    if not mine:
        return [column for column in QUEUE_COLUMNS if not column.extra]
    names = ("number", "status", "due_at", "priority", "subject", "contact", "waiting_since")
    known = {column.name: column for column in QUEUE_COLUMNS}
    known["status"] = field("status", style=lambda row: status_style(row["status"]))
    return [known[name] for name in names]


def banner(document: Any, limit: int, *, color: bool) -> list[str]:
    """Return lines on unread handover notes and on requests for approval, with an empty line after each group."""
    lines = handover_lines(document["handovers"], limit, color=color)
    for row in document["approvals"]:
        request = _(
            "? #{number} {subject}: {agent} asks for approval",
            number=row["number"],
            subject=visible(row["subject"]),
            agent=visible(row["asked_by"]),
        )
        lines.append(paint(cut(request, limit), "yellow") if color else cut(request, limit))
    if document["approvals"]:
        first = document["approvals"][0]["number"]
        commands = f"deskctl show {first}; deskctl approve {first}; deskctl deny {first} --reason TEXT"
        lines += [paint(f"  {commands}", "dim") if color else f"  {commands}", ""]
    return lines
