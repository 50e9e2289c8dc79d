"""Whose ticket it is: take, next, assign, escalate."""

from __future__ import annotations

from collections.abc import Generator

from ..errors import DeskctlError
from . import targets
from .commands import Command
from .commands import tickets as c
from .events import Assigned, Escalated, Event, FollowerAdded, StatusChanged, TeamChanged
from .handling import Handler, Said, Steps
from .people import Actor, Agent
from .tickets import Status, Ticket
from .unit import Unit
from .work import workable, write_note

#: How many heads of the queue `next` looks at before it says that there is nothing; others may be taking them too.
NEXT_LOOKS_AT = 20


def take(unit: Unit, command: c.Take, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    handle = _agent(actor)
    if ticket.assignee == handle:
        return Said(f"ticket {ticket.number} is yours already", (ticket.number,))
    yield from give_to_agent(ticket, handle)
    was = f", was {ticket.assignee}'s" if ticket.assignee else ""
    return Said(f"ticket {ticket.number} is yours{was}", (ticket.number,))


def next_(unit: Unit, command: c.Next, actor: Actor) -> Steps:
    agent = unit.agents[_agent(actor)]
    teams = agent.teams if command.team is None else {command.team}
    if command.team is not None and command.team not in unit.teams:
        targets.resolve(unit, f"team:{command.team}")
    for number in unit.source.queue(teams, NEXT_LOOKS_AT):
        ticket = unit.ticket(number)
        if ticket.assignee is None and ticket.status in (Status.NEW, Status.OPEN):
            yield from give_to_agent(ticket, agent.handle)
            return Said(f"ticket {number} is yours", (number,), {"number": number})
    raise DeskctlError("nothing waits in your queue", "deskctl list shows what others have")


def assign(unit: Unit, command: c.Assign, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    number = (ticket.number,)
    if command.to is None:
        if ticket.assignee is None:
            return Said(f"ticket {ticket.number} is nobody's already", number)
        yield Assigned(ticket.number, ticket.assignee, None)
        return Said(f"ticket {ticket.number} is back in the queue", number)
    target = targets.resolve(unit, command.to)
    if isinstance(target, Agent):
        if ticket.assignee == target.handle:
            return Said(f"ticket {ticket.number} is {target.handle}'s already", number)
        yield from give_to_agent(ticket, target.handle)
        return Said(f"ticket {ticket.number} is {target.handle}'s", number)
    yield from give_to_team(ticket, target.handle)
    return Said(f"ticket {ticket.number} is in the queue of {target.handle}", number)


def escalate(unit: Unit, command: c.Escalate, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    target = targets.resolve(unit, command.to)
    named = f"{'agent' if isinstance(target, Agent) else 'team'}:{target.handle}"
    message = write_note(unit, ticket, command.reason, actor)
    yield Escalated(ticket.number, named, message)
    if ticket.assignee and ticket.assignee != target.handle and ticket.assignee not in ticket.followers:
        yield FollowerAdded(ticket.number, ticket.assignee)
    if isinstance(target, Agent):
        yield from give_to_agent(ticket, target.handle)
    else:
        yield from give_to_team(ticket, target.handle)
    facts = {"message": message, "to": named}
    return Said(f"ticket {ticket.number} is escalated to {target.handle}", (ticket.number,), facts)


def give_to_agent(ticket: Ticket, agent: str) -> Generator[Event, None, None]:
    """Assign, and open what was new."""
    if ticket.assignee != agent:
        yield Assigned(ticket.number, ticket.assignee, agent)
    if ticket.status is Status.NEW:
        yield StatusChanged(ticket.number, Status.NEW, Status.OPEN)


def give_to_team(ticket: Ticket, team: str) -> Generator[Event, None, None]:
    """Into a team's queue: nobody's until one of them takes it."""
    if ticket.team != team:
        yield TeamChanged(ticket.number, ticket.team, team)
    if ticket.assignee is not None:
        yield Assigned(ticket.number, ticket.assignee, None)


def _agent(actor: Actor) -> str:
    """The acting agent; dispatch has made sure that there is one."""
    handle = actor.handle
    assert handle is not None
    return handle


HANDLERS: dict[type[Command], Handler] = {c.Take: take, c.Next: next_, c.Assign: assign, c.Escalate: escalate}
