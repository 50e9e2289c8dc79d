"""What follows from an alert: its ticket is solved when it is resolved, and opened again when it fires again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from deskctl.plugins import NotFound
from deskctl.plugins.actions import Reopen, Solve
from deskctl.plugins.automation import Happening, PluginContext
from deskctl.plugins.queries import ShowTicket

from .parse import FIRING, RESOLVED

_AT_WORK = ("new", "open", "pending", "hold")


def follow(happening: Happening, context: PluginContext) -> Iterable[Solve | Reopen]:
    """The newest word of the monitoring counts, in whatever order its words arrived."""
    if happening.ticket is None or happening.facts.get("automatic") not in (FIRING, RESOLVED):
        return []
    try:
        ticket = context.desk.ask(ShowTicket(happening.ticket))
    except NotFound:
        return []  # erased meanwhile
    channel = context.channel(ticket["channel"])
    if channel is None or channel.kind != "webhook":
        return []  # the words of another machine, which has not signed them
    state = newest(ticket["messages"])
    if state == RESOLVED and ticket["status"] in _AT_WORK:
        return [Solve(ticket["number"])]
    if state == FIRING and ticket["status"] == "solved":
        return [Reopen(ticket["number"])]
    return []


def newest(messages: Iterable[dict[str, Any]]) -> str | None:
    """What the last alert among a ticket's messages said, by the time at which it was sent."""
    alerts = [row for row in messages if row["automatic"] in (FIRING, RESOLVED)]
    if not alerts:
        return None
    said: str = max(alerts, key=lambda row: (datetime.fromisoformat(row["sent_at"]), row["id"]))["automatic"]
    return said
