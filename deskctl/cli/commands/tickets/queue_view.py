"""The queue for people: what is due when, and above it what somebody waits for besides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ....safe import visible
from ...columns import aged
from ...messages import _
from ...output import Column, field
from ...style import of_priority, of_status, paint
from ...times import late, now
from ...width import cut
from ..shifts.rota_view import told


def _due(row: Any, at: datetime) -> str:
    """`in 25m`, `3h late`; nothing without a running clock."""
    if not row["due_at"]:
        return _("overdue") if row["overdue"] else ""
    return late(row["due_at"], at)


def _customer(row: Any) -> str:
    contact = row["contact"]
    name = contact["name"] or contact["address"] or ""
    return f"{name} ({contact['tier']})" if contact["tier"] else name


def _whose(row: Any) -> str:
    """Who has it; else, in brackets, whose queue it is in, and for which tier."""
    if row["assignee"]:
        return str(row["assignee"])
    place = ": ".join(part for part in (row["team"], row["tier"]) if part)
    return f"({place})" if place else ""


def queued(at: datetime) -> tuple[Column, ...]:
    """The columns of the queue as of a moment."""
    return (
        field("number", heading="#", right=True),
        Column(
            "due_at",
            lambda row: row["due_at"],
            shown=lambda row: _due(row, at),
            style=lambda row: "red" if row["overdue"] else "yellow" if row["soon"] else "",
            heading="due",
        ),
        field("priority", style=lambda row: of_priority(row["priority"])),
        field("subject", least=14),
        Column("contact", lambda row: row["contact"], shown=_customer, least=8, heading="from"),
        aged("waiting_since", "waiting", at=at),
        Column(
            "assignee",
            lambda row: row["assignee"],
            shown=_whose,
            style=lambda row: "" if row["assignee"] else "dim",
            least=6,
            heading="who",
        ),
        field("status", style=lambda row: of_status(row["status"]), extra=True),
        field("team", extra=True),
        field("channel", extra=True),
        field("sla", extra=True),
        field("tags", extra=True),
        field("queue_at", extra=True),
        field("tier", extra=True),
        Column("contact_tier", lambda row: row["contact"]["tier"], extra=True),
    )


QUEUE = queued(now())


def listed(*, mine: bool) -> list[Column]:
    """The columns without whose they are, where all are somebody's own; with how they stand, as some wait."""
    if not mine:
        return [column for column in QUEUE if not column.extra]
    names = ("number", "status", "due_at", "priority", "subject", "contact", "waiting_since")
    known = {column.name: column for column in QUEUE}
    known["status"] = field("status", style=lambda row: of_status(row["status"]))
    return [known[name] for name in names]


def above(document: Any, limit: int, *, color: bool) -> list[str]:
    """Unread notes and approvals that are asked for, tersely; nothing where there are none."""
    lines = told(document["handovers"], limit, color=color)
    for row in document["approvals"]:
        text = f"? #{row['number']} {visible(row['subject'])}: {visible(row['asked_by'])} asks for an approval"
        lines.append(paint(cut(text, limit), "yellow") if color else cut(text, limit))
    if document["approvals"]:
        first = document["approvals"][0]["number"]
        hint = f'  deskctl show {first}, then approve {first}, or deny {first} --reason "…"'
        lines += [paint(hint, "dim") if color else hint, ""]
    return lines
