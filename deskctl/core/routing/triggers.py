"""When routing looks at a team: as soon as something has changed that could let somebody have a ticket.

It is done in a transaction of its own, by a timer: what follows from an agent's command is not part of it, so `undo`
takes back what they did and nothing else, and a batch of mails is routed once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ..agents.events import AgentChanged, TeamRedefined
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.timers import Timer, TimerKind
from ..kernel.unit import Unit
from ..notifications.events import AgentTold
from ..shifts import events as se
from ..shifts.expand import next_start
from ..sla.events import LevelEvent
from ..tickets import events as e
from ..tickets import merge_events as je
from ..tickets.model import Status
from ..undo.commands import Undo
from . import events as re
from .model import Strategy, Turn

ROUTING = Actor.system("routing")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """A place in the order of the queue."""

    queue_at: datetime
    number: int


_OPENS = (Status.NEW, Status.OPEN)
#: Of an agent or a team, what lets tickets go other ways.
_OF_AGENTS = {"teams", "active", "seat"}


def routing(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """A reaction. It sets timers, and asks for nothing at once."""
    yield from ()
    if isinstance(event, LevelEvent | AgentTold) or actor == ROUTING:
        return
    if event.ticket is not None:
        _ticket(unit, event.ticket, event)
        if isinstance(event, e.Assigned) and event.new is not None and not isinstance(cause, Undo):
            _had_a_turn(unit, event.ticket, event.new)
        return
    match event:
        case AgentChanged(agent=agent, what=what) if _OF_AGENTS & set(what):
            wake_teams_of(unit, agent)
        case re.PresenceChanged(agent=agent) | se.ShiftAdded(agent=agent) | se.AbsenceRemoved(agent=agent):
            wake_teams_of(unit, agent)
        case TeamRedefined(team=team, what=what) if "plan" in what:
            wake(unit, team)


def _ticket(unit: Unit, number: int, event: Event) -> None:
    match event:
        case e.TicketCreated(team=team) | e.TeamChanged(new=team) if team is not None:
            wake(unit, team)
        case e.StatusChanged(old=Status.SOLVED, new=Status.OPEN):
            _take_up(unit, number)
        case e.StatusChanged(old=old, new=new) if (old in _OPENS) != (new in _OPENS):
            _wake_ticket(unit, number)
        case e.Assigned() | e.Tagged() | e.LanguageChanged() | re.TierChanged() | e.UnmarkedSpam() | je.Unmerged():
            _wake_ticket(unit, number)
        case e.MarkedSpam() | je.Merged():
            _wake_ticket(unit, number)


def _had_a_turn(unit: Unit, number: int, agent: str) -> None:
    """Where agents are given tickets in turn, one that they took or were given by hand is a turn, too."""
    ticket = unit.ticket(number)
    team = unit.teams.get(ticket.team or "")
    if team is not None and team.plan.strategy is Strategy.ROUND_ROBIN:
        last = unit.roster.turns((agent,))[agent].get(ticket.channel)
        began, given = (unit.now, 0) if last is None else (last.began, last.given)
        unit.roster.put_turn(Turn(agent, ticket.channel, unit.now, began, given))


def _wake_ticket(unit: Unit, number: int) -> None:
    ticket = unit.ticket(number)
    if ticket.team is not None:
        wake(unit, ticket.team)
    owner = unit.agents.get(ticket.assignee or "")
    if owner is not None and owner.teams - {ticket.team}:
        wake_teams_of(unit, owner.handle)


def _take_up(unit: Unit, number: int) -> None:
    """A solved ticket goes on. If its owner is not there, it may not wait for them."""
    ticket = unit.ticket(number)
    team = unit.teams.get(ticket.team or "")
    if team is not None and team.plan.routed:
        _set(unit, f"ticket:{number}", unit.now)


def wake(unit: Unit, team: str, at: datetime | None = None) -> None:
    """Look at a team now, or at a moment. A manual team is left alone."""
    found = unit.teams.get(team)
    if found is not None and (found.plan.routed or found.plan.surge_queue or found.plan.surge_wait):
        _set(unit, f"team:{team}", at or unit.now)


def wake_for_rest(unit: Unit, team: str, after: Place) -> None:
    """Look at what stands behind a place of a team's queue, in a transaction of its own."""
    _set(unit, f"rest:{(after.queue_at - _EPOCH) // timedelta(microseconds=1)}-{after.number}:{team}", unit.now)


def read_place(text: str) -> Place:
    """The place that a timer names."""
    at, _, number = text.partition("-")
    return Place(_EPOCH + timedelta(microseconds=int(at)), int(number))


def wake_at_shift(unit: Unit, team: str, agents: Collection[str]) -> None:
    """Look at a team when the next shift of one of these agents begins."""
    at = next_start(unit.shifts.rota, agents, unit.now)
    if at is not None:
        _set(unit, f"shift:{team}", at)


def wake_teams_of(unit: Unit, agent: str) -> None:
    found = unit.agents.get(agent)
    for team in sorted(found.teams if found is not None else ()):
        wake(unit, team)


def wake_for_agent(unit: Unit, agent: str, at: datetime | None) -> None:
    """Look at all teams of an agent when their absence or presence ends; None: it has no end."""
    if at is None:
        unit.drop_timer(f"{TimerKind.ROUTE}:agent:{agent}")
    else:
        _set(unit, f"agent:{agent}", at)


def _set(unit: Unit, what: str, at: datetime) -> None:
    key = f"{TimerKind.ROUTE}:{what}"
    known = unit.changes.timers.get(key)
    if known is None or known.due_at > at:
        unit.set_timer(Timer(unit.source.next_id("timers"), TimerKind.ROUTE, at, key))
