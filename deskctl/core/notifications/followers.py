"""Notify the assignee and the followers of a ticket of replies and status changes."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import TypeVar

from ..agents.repository import Agents
from ..agents.targets import active_agents, members
from ..answers.events import PersonAsked
from ..intake.commands import Receive
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.unit import Unit
from ..messages.events import MessageReceived, ReplyAdded
from ..messages.repository import Messages
from ..tickets import events as ticket_events
from ..tickets.model import ACTIVE, Status
from ..tickets.repository import Tickets
from . import texts as wording
from .commands import NotifyAgent

E = TypeVar("E", bound=Event)
_DONE = (Status.SOLVED, Status.CLOSED)
#: Notifications that are sent only after the undo window.
AFTER_UNDO_WINDOW = frozenset({"replied", "solved", "reopened"})


def notify_followers(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """React to messages and status changes: notify the assignee and the followers.

    Each agent is notified once, and not of their own actions. If no active agent has the ticket, its team is notified
    of events that need action, and of a message that needs none only because its sender is not verified.
    """
    number = event.ticket
    if number is None or cause.undoes or Tickets.of(unit).opened_now(number) or Tickets.of(unit).get(number).spam:
        return
    if cause.historical:
        return
    match event:
        case MessageReceived(automatic=None, message=message, kept_only=kept_only):
            written = next((m for m in Messages.of(unit).changes.messages if m.id == message), None)
            besides = _agents_at(unit, (written.author if written else None) or "") | {actor.handle}
            if kept_only and written is not None:
                yield from _notifications(unit, number, "unverified", wording.doubt(unit, written), besides)
            else:
                about = "reopened" if _reopened(unit, number) else "answered"
                yield from _notifications(unit, number, about, _author_line(unit, actor, about), besides)
        case ReplyAdded() if actor.handle is not None:
            about = "solved" if _solved(unit, number) else "replied"
            yield from _notifications(unit, number, about, _author_line(unit, actor, about), {actor.handle})
        case ticket_events.StatusChanged(new=Status.SOLVED | Status.CLOSED) if (
            _solved(unit, number) and not actor.is_system
        ):
            yield from _notifications(unit, number, "solved", _author_line(unit, actor, "solved"), {actor.handle})
        case ticket_events.StatusChanged(old=Status.SOLVED, new=Status.OPEN) if not isinstance(cause, Receive):
            yield from _notifications(unit, number, "reopened", _author_line(unit, actor, "reopened"), {actor.handle})


def _notifications(
    unit: Unit, number: int, about: str, detail: str | None, besides: Set[str | None]
) -> Iterator[NotifyAgent]:
    ticket = Tickets.of(unit).get(number)
    people = {ticket.assignee, *ticket.followers}
    there = active_agents(unit)
    owned = ticket.assignee in there
    is_work = about in ("answered", "reopened") and ticket.status is Status.OPEN
    if is_work or (about == "unverified" and ticket.status is not Status.NEW):
        team = {agent.handle for agent in members(unit, ticket.team)}
        if not owned or (about == "reopened" and ticket.assignee not in team):
            people |= team
    skipped = besides | _notified_otherwise(unit, number)
    for handle in sorted(handle for handle in people if handle is not None and handle in there):
        if handle not in skipped:
            yield NotifyAgent(handle, about, number, detail)


def _notified_otherwise(unit: Unit, number: int) -> set[str | None]:
    """Return the agents who get another notification about the ticket from the same command."""
    found: set[str | None] = {event.new for event in _now(unit, number, ticket_events.Assigned)}
    if any(True for _ in _now(unit, number, PersonAsked)):
        owner = Tickets.of(unit).get(number).assignee
        found |= (
            {owner}
            if owner in active_agents(unit)
            else {a.handle for a in members(unit, Tickets.of(unit).get(number).team)}
        )
    return found


def _solved(unit: Unit, number: int) -> bool:
    """Return True if the command ended the work on the ticket."""
    return any(event.old in ACTIVE and event.new in _DONE for event in _now(unit, number, ticket_events.StatusChanged))


def _reopened(unit: Unit, number: int) -> bool:
    changes = _now(unit, number, ticket_events.StatusChanged)
    return any(event.old is Status.SOLVED and event.new is Status.OPEN for event in changes)


def _now(unit: Unit, number: int, kind: type[E]) -> Iterator[E]:
    happened = (recorded.event for recorded in unit.current_events() if recorded.event.ticket == number)
    return (event for event in happened if isinstance(event, kind))


def _agents_at(unit: Unit, address: str) -> set[str | None]:
    """Return the agents with a mail address."""
    return {
        agent.handle for agent in Agents.of(unit).agents.values() if address and agent.email.lower() == address.lower()
    }


def _author_line(unit: Unit, actor: Actor, about: str) -> str | None:
    """Return a line that names the agent who did it; None if no agent did."""
    agent = Agents.of(unit).agents.get(actor.handle or "")
    return None if agent is None else wording.done_by(unit, about, agent.name)
