"""Schedule the routing of a team after each change that can lead to an assignment.

Routing runs in a separate transaction, by a timer. So an agent's command does not include its consequences, `undo`
reverts only the command, and a batch of mails is routed once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from ..agents.events import AgentChanged, TeamRedefined
from ..agents.repository import Agents
from ..agents.routing_profile import Strategy
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.timers import Timer, TimerKind
from ..kernel.unit import Unit
from ..merges import events as merge_events
from ..notifications.events import AgentNotified
from ..shifts import events as shift_events
from ..shifts.repository import Shifts
from ..shifts.work_periods import next_start
from ..sla.events import SlaEvent
from ..tickets import events as ticket_events
from ..tickets.events import TierChanged
from ..tickets.model import Status
from ..tickets.repository import Tickets
from . import events as routing_events
from .model import Turn
from .repository import Routing

#: Distributes the waiting tickets of a team, or routes again for an agent.
ROUTE: Final = TimerKind("route")


ROUTING = Actor.system("routing")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class QueuePosition(NamedTuple):
    """A position in the order of the queue."""

    queue_at: datetime
    number: int


_OPENS = (Status.NEW, Status.OPEN)
#: The properties of an agent that affect routing.
_OF_AGENTS = {"teams", "active", "seat"}


def routing(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """React to an event by setting routing timers. No command follows at once."""
    yield from ()
    if isinstance(event, SlaEvent | AgentNotified) or actor == ROUTING:
        return
    if event.ticket is not None:
        _ticket(unit, event.ticket, event)
        if isinstance(event, ticket_events.Assigned) and event.new is not None and not cause.undoes:
            _record_turn(unit, event.ticket, event.new)
        return
    match event:
        case AgentChanged(agent=agent, what=what) if _OF_AGENTS & set(what):
            schedule_teams_of(unit, agent)
        case (
            routing_events.PresenceChanged(agent=agent)
            | shift_events.ShiftAdded(agent=agent)
            | shift_events.AbsenceRemoved(agent=agent)
        ):
            schedule_teams_of(unit, agent)
        case TeamRedefined(team=team, what=what) if "plan" in what:
            schedule_routing(unit, team)


def _ticket(unit: Unit, number: int, event: Event) -> None:
    match event:
        case ticket_events.TicketCreated(team=team) | ticket_events.TeamChanged(new=team) if team is not None:
            schedule_routing(unit, team)
        case ticket_events.StatusChanged(old=Status.SOLVED, new=Status.OPEN):
            _schedule_reopened(unit, number)
        case ticket_events.StatusChanged(old=old, new=new) if (old in _OPENS) != (new in _OPENS):
            _schedule_for_ticket(unit, number)
        case (
            ticket_events.Assigned()
            | ticket_events.Tagged()
            | ticket_events.LanguageChanged()
            | TierChanged()
            | ticket_events.UnmarkedSpam()
            | merge_events.Unmerged()
        ):
            _schedule_for_ticket(unit, number)
        case ticket_events.MarkedSpam() | merge_events.Merged():
            _schedule_for_ticket(unit, number)


def _record_turn(unit: Unit, number: int, agent: str) -> None:
    """Record a turn for a ticket that an agent took or got by hand, in a team with round robin."""
    ticket = Tickets.of(unit).get(number)
    team = Agents.of(unit).teams.get(ticket.team or "")
    if team is not None and team.plan.strategy is Strategy.ROUND_ROBIN:
        last = Routing.of(unit).turns((agent,))[agent].get(ticket.channel)
        began, count = (unit.now, 0) if last is None else (last.began, last.given)
        Routing.of(unit).put_turn(Turn(agent, ticket.channel, unit.now, began, count))


def _schedule_for_ticket(unit: Unit, number: int) -> None:
    ticket = Tickets.of(unit).get(number)
    if ticket.team is not None:
        schedule_routing(unit, ticket.team)
    owner = Agents.of(unit).agents.get(ticket.assignee or "")
    if owner is not None and owner.teams - {ticket.team}:
        schedule_teams_of(unit, owner.handle)


def _schedule_reopened(unit: Unit, number: int) -> None:
    """Schedule the routing of a reopened ticket, which can get another assignee if its own is not available."""
    ticket = Tickets.of(unit).get(number)
    team = Agents.of(unit).teams.get(ticket.team or "")
    if team is not None and team.plan.routed:
        _set(unit, f"ticket:{number}", unit.now)


def schedule_routing(unit: Unit, team: str, at: datetime | None = None) -> None:
    """Schedule the routing of a team, now or at a moment. Manual teams are skipped."""
    found = Agents.of(unit).teams.get(team)
    if found is not None and (found.plan.routed or found.plan.surge_queue or found.plan.surge_wait):
        _set(unit, f"team:{team}", at or unit.now)


def schedule_rest(unit: Unit, team: str, after: QueuePosition) -> None:
    """Schedule the routing of the rest of a team's queue, after a position, in a separate transaction."""
    _set(unit, f"rest:{(after.queue_at - _EPOCH) // timedelta(microseconds=1)}-{after.number}:{team}", unit.now)


def parse_position(text: str) -> QueuePosition:
    """Parse the queue position in the key of a timer."""
    at, _, number = text.partition("-")
    return QueuePosition(_EPOCH + timedelta(microseconds=int(at)), int(number))


def schedule_at_next_shift(unit: Unit, team: str, agents: Collection[str]) -> None:
    """Schedule the routing of a team for the start of the next shift of one of these agents."""
    at = next_start(Shifts.of(unit).rota, agents, unit.now)
    if at is not None:
        _set(unit, f"shift:{team}", at)


def schedule_teams_of(unit: Unit, agent: str) -> None:
    found = Agents.of(unit).agents.get(agent)
    for team in sorted(found.teams if found is not None else ()):
        schedule_routing(unit, team)


def schedule_at_presence_end(unit: Unit, agent: str, at: datetime | None) -> None:
    """Schedule the routing of an agent's teams for the end of their presence state; None: it has no end."""
    if at is None:
        unit.drop_timer(f"{ROUTE}:agent:{agent}")
    else:
        _set(unit, f"agent:{agent}", at)


def _set(unit: Unit, what: str, at: datetime) -> None:
    key = f"{ROUTE}:{what}"
    known = unit.changes.timers.get(key)
    if known is None or known.due_at > at:
        unit.set_timer(Timer(unit.source.next_id("timers"), ROUTE, at, key))
