"""Reactions that notify agents: of new and assigned tickets, failed deliveries and quarantined mail."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..agents.repository import Agents
from ..agents.targets import active_agents, agents_for_tier, members
from ..answers.events import PersonAsked
from ..delivery import failure_texts as undelivered
from ..delivery.events import Bounced, DeliverySettled
from ..delivery.model import OutboxKind
from ..delivery.repository import Outbox
from ..intake.commands import Quarantine, Receive
from ..intake.events import IntakeDecided
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.unit import Unit
from ..messages.channels import Channels
from ..routing.triggers import ROUTING
from ..tickets import calls
from ..tickets import events as ticket_events
from ..tickets.events import Escalated
from ..tickets.model import FINAL, Ticket
from ..tickets.repository import Tickets
from .commands import NotifyAgent
from .texts import language


def notify_agents(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """React to events: notify teams of new tickets, agents of assignments, and those who can act of failures.

    Agents are not notified of their own actions.
    """
    number = event.ticket
    if cause.undoes:
        return
    match event:
        case ticket_events.TicketCreated(team=team) if actor.handle is None and not (
            _is_spam(unit, number) or cause.historical
        ):
            yield from _notify_team(unit, team, "new", number, besides=_bounced(unit, cause))
        case ticket_events.CallbackDue() if number is not None:
            yield from _notify_owner(unit, number, "callback", calls.callback_time(unit, number))
        case ticket_events.Assigned(new=str(agent)) if agent != actor.handle and actor != ROUTING:
            yield NotifyAgent(agent, "escalated" if _escalated(unit, number, agent) else "assigned", number)
        case PersonAsked() if number is not None and not Tickets.of(unit).opened_now(number):
            yield from _notify_owner(unit, number, "person", None)
        case Escalated(to=to) if to.startswith("team:"):
            yield from _notify_team(unit, to.removeprefix("team:"), "escalated", number, besides=(actor.handle,))
        case Escalated(to=to) if to.startswith("tier:") and number is not None:
            yield from _notify_tier(unit, Tickets.of(unit).get(number), to.removeprefix("tier:"), besides=actor.handle)
        case DeliverySettled(state="failed" | "uncertain" as state, reason=reason) if number is not None:
            if not _is_late_report(unit, number, cause):
                yield from _notify_owner(unit, number, state, reason, _bounced(unit, cause))
        case Bounced(partly=True, outbox=outbox) if number is not None:
            entry = Outbox.of(unit).get(outbox)
            if entry.kind is OutboxKind.REPLY and not _is_late_report(unit, number, cause):
                lost = [one for one in entry.deliveries if one.state == "failed"]
                words = undelivered.delivery_lines(language(unit), lost)
                yield from _notify_owner(unit, number, "partly_failed", words, _bounced(unit, cause))


def _notify_owner(
    unit: Unit, number: int, about: str, detail: str | None, besides: Collection[str] = ()
) -> Iterator[Command]:
    """Notify the assignee; the team if there is none, the assignee is deactivated, or is among `besides`."""
    owner = Tickets.of(unit).get(number).assignee
    if owner in active_agents(unit) and owner not in besides:
        yield NotifyAgent(str(owner), about, number, detail)
    else:
        yield from _notify_team(unit, Tickets.of(unit).get(number).team, about, number, detail, besides)


def _bounced(unit: Unit, cause: Command) -> set[str]:
    """Return agents whose own mailbox returned the message: a notification to them would bounce, too."""
    bounce = cause.message.bounce if isinstance(cause, Receive) else None
    addresses = {address.lower() for address in bounce.recipients} if bounce is not None else set()
    return {agent.handle for agent in Agents.of(unit).agents.values() if agent.email.lower() in addresses}


def _notify_tier(unit: Unit, ticket: Ticket, tier: str, besides: str | None) -> Iterator[Command]:
    """Notify the agents of a tier, unless routing assigns the ticket and notifies its new assignee."""
    team = Agents.of(unit).teams.get(ticket.team or "")
    if team is None or not team.plan.routed:
        yield from (
            NotifyAgent(agent.handle, "escalated", ticket.number)
            for agent in agents_for_tier(unit, ticket.team, tier)
            if agent.handle != besides
        )


def _is_late_report(unit: Unit, number: int, cause: Command) -> bool:
    """Return True if a delivery report is about a closed ticket: it is stored there without a notification."""
    return isinstance(cause, Receive) and Tickets.of(unit).get(number).status in FINAL


def _is_spam(unit: Unit, number: int | None) -> bool:
    return False if number is None else Tickets.of(unit).get(number).spam


def _escalated(unit: Unit, number: int | None, agent: str) -> bool:
    """Return True if the same command escalated the ticket to the agent."""
    return any(
        recorded.event.ticket == number
        and isinstance(recorded.event, Escalated)
        and recorded.event.to == f"agent:{agent}"
        for recorded in unit.current_events()
    )


def _notify_team(
    unit: Unit,
    team: str | None,
    about: str,
    ticket: int | None,
    detail: str | None = None,
    besides: Collection[str | None] = (),
) -> Iterator[Command]:
    return (NotifyAgent(a.handle, about, ticket, detail) for a in members(unit, team) if a.handle not in besides)


def notify_of_quarantine(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """React to a quarantined message: notify the channel's team."""
    if isinstance(event, IntakeDecided) and isinstance(cause, Quarantine):
        channel = unit.settings.of(Channels).channel(cause.channel)
        detail = f"{cause.channel} #{cause.journal}: {cause.reason}"
        yield from _notify_team(unit, channel.team if channel else None, "quarantined", None, detail)
