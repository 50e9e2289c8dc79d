"""The automation `alerts`: solve a ticket when its alert is resolved, reopen it when the alert fires again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from deskctl.plugins import NotFound
from deskctl.plugins.actions import Reopen, Solve
from deskctl.plugins.automation import Happening, PluginContext
from deskctl.plugins.queries import ShowTicket

from .parse import FIRING, RESOLVED

_ACTIVE = ("new", "open", "pending", "hold")


def update_ticket(happening: Happening, context: PluginContext) -> Iterable[Solve | Reopen]:
    """Return the command that sets the state of the latest alert, even if the alerts arrive in another order."""
    if happening.ticket is None or happening.facts.get("automatic") not in (FIRING, RESOLVED):
        return []
    try:
        ticket = context.desk.ask(ShowTicket(happening.ticket))
    except NotFound:
        return []  # the ticket was erased meanwhile
    channel = context.channel(ticket["channel"])
    if channel is None or channel.kind != "webhook":
        return []  # only messages of a webhook channel are signed
    state = latest_alert_state(ticket["messages"])
    if state == RESOLVED and ticket["status"] in _ACTIVE:
        return [Solve(ticket["number"])]
    if state == FIRING and ticket["status"] == "solved":
        return [Reopen(ticket["number"])]
    return []


def latest_alert_state(messages: Iterable[dict[str, Any]]) -> str | None:
    """Return the state of the latest alert of a ticket by the time at which it was sent, or None without alerts."""
    alerts = [row for row in messages if row["automatic"] in (FIRING, RESOLVED)]
    if not alerts:
        return None
    state: str = max(alerts, key=lambda row: (datetime.fromisoformat(row["sent_at"]), row["id"]))["automatic"]
    return state
