"""Notifications about approvals: requests to agents who can decide, decisions to the agent who asked."""

from __future__ import annotations

from collections.abc import Iterator

from deskctl.core.tickets.approvals import deciders

from ..agents import targets
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.unit import Unit
from ..messages.repository import Messages
from ..tickets.events import ApprovalAsked, ApprovalDecided, ApprovalWithdrawn
from ..tickets.repository import Tickets
from .commands import NotifyAgent


def notify_of_approvals(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """React to approvals: notify the agents who can decide of a request, and the requester of the decision."""
    if event.ticket is None:
        return
    if isinstance(event, ApprovalAsked):
        for agent in deciders(unit, Tickets.of(unit).get(event.ticket), event.asker):
            yield NotifyAgent(agent.handle, "approval", event.ticket, _message_text(unit, event.message))
    elif isinstance(event, ApprovalWithdrawn) and event.asker != actor.handle and not cause.undoes:
        if event.asker in targets.active_agents(unit) and event.asked is not None:
            yield NotifyAgent(event.asker, "undecided", event.ticket)
    elif isinstance(event, ApprovalDecided) and event.asker in targets.active_agents(unit):
        yield NotifyAgent(
            event.asker, "approved" if event.granted else "denied", event.ticket, _message_text(unit, event.message)
        )


def _message_text(unit: Unit, message: int | None) -> str | None:
    return next((m.text for m in Messages.of(unit).changes.messages if m.id == message), None)
