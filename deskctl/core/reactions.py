"""What follows from an event by itself: who is told, which timer is set. Pure functions of facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from .agents.targets import active_agents, in_tier, members
from .answers.events import PersonAsked
from .delivery import failure_texts as undelivered
from .delivery.commands import Acknowledge
from .delivery.events import Bounced, DeliverySettled
from .delivery.model import OutboxKind
from .intake.commands import Quarantine, Receive
from .intake.events import IntakeDecided
from .kernel.actor import Actor
from .kernel.command import Command
from .kernel.event import Event
from .kernel.timers import Timer, TimerKind
from .kernel.unit import Unit
from .messages.events import MessageReceived
from .messages.spam import forget_later, purge_key
from .notifications.commands import Tell
from .notifications.followers import tell_followers
from .notifications.texts import language
from .routing.triggers import ROUTING, routing
from .sla.actions import sla
from .tickets import approvals as approving
from .tickets import calls
from .tickets import events as e
from .tickets import merge_events as je
from .tickets.commands import Assign
from .tickets.events import Escalated
from .tickets.model import FINAL, Status, Ticket

#: (unit, event, who caused it, the command it belongs to) → further commands.
Reaction = Callable[[Unit, Event, Actor, Command], Iterator[Command]]


def tell_agents(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """New tickets are told to their team, assigned ones to their agent, mishaps to whoever can mend them.
    Nobody is told of what they did themselves."""
    number = event.ticket
    match event:
        case e.TicketCreated(team=team) if actor.handle is None and not (_is_spam(unit, number) or _is_old(cause)):
            yield from _tell_team(unit, team, "new", number, besides=_bounced(unit, cause))
        case e.CallbackDue() if number is not None:
            yield from _tell_owner(unit, number, "callback", calls.promise(unit, number))
        case e.Assigned(new=str(agent)) if agent != actor.handle and actor != ROUTING:
            yield Tell(agent, "escalated" if _escalated(unit, number, agent) else "assigned", number)
        case PersonAsked() if number is not None and not unit.opened_now(number):
            yield from _tell_owner(unit, number, "person", None)
        case Escalated(to=to) if to.startswith("team:"):
            yield from _tell_team(unit, to.removeprefix("team:"), "escalated", number, besides=(actor.handle,))
        case Escalated(to=to) if to.startswith("tier:") and number is not None:
            yield from _tell_tier(unit, unit.ticket(number), to.removeprefix("tier:"), besides=actor.handle)
        case DeliverySettled(state="failed" | "uncertain" as state, reason=reason) if number is not None:
            if not _is_late_report(unit, number, cause):
                yield from _tell_owner(unit, number, state, reason, _bounced(unit, cause))
        case Bounced(partly=True, outbox=outbox) if number is not None:
            entry = unit.outbox(outbox)
            if entry.kind is OutboxKind.REPLY and not _is_late_report(unit, number, cause):
                lost = [one for one in entry.deliveries if one.state == "failed"]
                words = undelivered.lines(language(unit), lost)
                yield from _tell_owner(unit, number, "partly_failed", words, _bounced(unit, cause))


def _tell_owner(
    unit: Unit, number: int, about: str, detail: str | None, besides: Collection[str] = ()
) -> Iterator[Command]:
    """Whose ticket it is; their team when it is nobody's, they have left, or they are among `besides`."""
    owner = unit.ticket(number).assignee
    if owner in active_agents(unit) and owner not in besides:
        yield Tell(str(owner), about, number, detail)
    else:
        yield from _tell_team(unit, unit.ticket(number).team, about, number, detail, besides)


def _bounced(unit: Unit, cause: Command) -> set[str]:
    """Agents whose own mailbox sent a message back: word of that would come back, too."""
    bounce = cause.message.bounce if isinstance(cause, Receive) else None
    addresses = {address.lower() for address in bounce.recipients} if bounce is not None else set()
    return {agent.handle for agent in unit.agents.values() if agent.email.lower() in addresses}


def _tell_tier(unit: Unit, ticket: Ticket, tier: str, besides: str | None) -> Iterator[Command]:
    """Where tickets are routed, whoever gets it is told, and nobody else."""
    team = unit.teams.get(ticket.team or "")
    if team is None or not team.plan.routed:
        yield from (
            Tell(agent.handle, "escalated", ticket.number)
            for agent in in_tier(unit, ticket.team, tier)
            if agent.handle != besides
        )


def _is_old(cause: Command) -> bool:
    """Whether the message was taken in from before the desk's time: nobody is told of thousands of old mails."""
    return isinstance(cause, Receive) and cause.envelope.via == "import"


def _is_late_report(unit: Unit, number: int, cause: Command) -> bool:
    """Whether a delivery report is about a ticket that is closed: it is kept there, and nobody is told."""
    return isinstance(cause, Receive) and unit.ticket(number).status in FINAL


def _is_spam(unit: Unit, number: int | None) -> bool:
    return False if number is None else unit.ticket(number).spam


def acknowledge(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """A person opened a ticket through a channel: they hear that it is here."""
    if isinstance(event, MessageReceived) and isinstance(cause, Receive) and event.automatic is None:
        number = event.ticket
        if number in unit.changes.new_tickets and not (_is_spam(unit, number) or _is_old(cause)):
            first = min(m.id for m in unit.changes.messages if m.ticket == number)
            channel = unit.settings.channel(cause.channel)
            if first == event.message and channel is not None and channel.acknowledge:
                yield Acknowledge(number, event.message)


def forget_spam(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """The words of spam go after a while, unless it turns out to be none."""
    yield from ()
    if isinstance(event, e.MarkedSpam) and event.ticket is not None:
        forget_later(unit, event.ticket)
    elif isinstance(event, e.UnmarkedSpam) and event.ticket is not None:
        unit.drop_timer(purge_key(event.ticket))


def _escalated(unit: Unit, number: int | None, agent: str) -> bool:
    """Whether the ticket comes to them because somebody, or a clock, has just escalated it to them."""
    return any(
        recorded.event.ticket == number
        and isinstance(recorded.event, Escalated)
        and recorded.event.to == f"agent:{agent}"
        for recorded in unit.happened_now()
    )


def keep_from_who_left(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """A ticket that goes on and whose owner has left is nobody's: it is in the queue again."""
    if isinstance(event, e.StatusChanged) and event.new is Status.OPEN and event.ticket is not None:
        owner = unit.ticket(event.ticket).assignee
        if owner is not None and owner not in active_agents(unit):
            yield Assign(event.ticket, None)


def _tell_team(
    unit: Unit,
    team: str | None,
    about: str,
    ticket: int | None,
    detail: str | None = None,
    besides: Collection[str | None] = (),
) -> Iterator[Command]:
    return (Tell(a.handle, about, ticket, detail) for a in members(unit, team) if a.handle not in besides)


def tell_of_quarantine(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """The channel's team hears that something came in which cannot be read."""
    if isinstance(event, IntakeDecided) and isinstance(cause, Quarantine):
        channel = unit.settings.channel(cause.channel)
        detail = f"{cause.channel} #{cause.journal}: {cause.reason}"
        yield from _tell_team(unit, channel.team if channel else None, "quarantined", None, detail)


_CHANGE_STATUS = (e.StatusChanged, je.Unmerged, je.Merged, e.MarkedSpam, e.UnmarkedSpam)


def close_in_time(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """A solved ticket closes by itself after a while; one that is worked at again does not."""
    yield from ()
    if event.ticket is None or not isinstance(event, _CHANGE_STATUS):
        return
    key = f"{TimerKind.AUTO_CLOSE}:{event.ticket}"
    ticket = unit.ticket(event.ticket)
    if ticket.status is Status.SOLVED:
        due = unit.now + unit.settings.close_after
        unit.set_timer(Timer(unit.source.next_id("timers"), TimerKind.AUTO_CLOSE, due, key, ticket.number))
    else:
        unit.drop_timer(key)


REACTIONS: tuple[Reaction, ...] = (
    close_in_time,
    keep_from_who_left,
    calls.call_back_in_time,
    forget_spam,
    tell_agents,
    tell_followers,
    tell_of_quarantine,
    acknowledge,
    sla,
    routing,
    approving.withdraw_when_done,
    approving.tell_of_approvals,
)
