"""The state of the desk, read with queries."""

from __future__ import annotations

from typing import Any

from ..core.delivery.queries import ListOutbox
from ..core.intake.queries import ListInbox
from ..core.tickets.queries import ListTickets, ShowTicket
from .stage import Stage


def tickets(stage: Stage) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = stage.desk.ask(ListTickets(all=True))
    return rows


def show(stage: Stage, number: int) -> dict[str, Any]:
    document: dict[str, Any] = stage.desk.ask(ShowTicket(number))
    return document


def messages(stage: Stage, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = show(stage, number)["messages"]
    return found


def text(stage: Stage, number: int) -> str:
    return " ".join(message["text"] for message in messages(stage, number))


def queues_are_empty(stage: Stage) -> bool:
    return stage.wait("inbox and outbox are empty", lambda: not stage.desk.ask(ListInbox())) and not [
        row for row in stage.desk.ask(ListOutbox()) if row["state"] in ("failed", "uncertain")
    ]
