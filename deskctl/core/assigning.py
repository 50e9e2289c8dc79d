"""Whose ticket it is: take, next, assign, escalate."""

from __future__ import annotations

from collections.abc import Generator

from ..errors import DeskctlError, Refused
from . import targets
from .commands import Command
from .commands import tickets as c
from .events import Assigned, Escalated, Event, FollowerAdded, StatusChanged, TeamChanged
from .handling import Handler, Said, Steps
from .people import Actor, Agent, Team
from .routing.events import HandedOn, TierChanged
from .routing.model import TIERS, Plan
from .targets import Tier
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
        if ticket.assignee is None and ticket.status in (Status.NEW, Status.OPEN) and _may_have(unit, agent, ticket):
            yield from give_to_agent(ticket, agent.handle)
            return Said(f"ticket {number} is yours", (number,), {"number": number})
    raise DeskctlError("nothing waits in your queue", "deskctl list shows what others have")


def assign(unit: Unit, command: c.Assign, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    number = (ticket.number,)
    if command.to is None:
        if ticket.assignee is None:
            return Said(f"ticket {ticket.number} is nobody's already", number)
        yield from give_back(unit, ticket)
        return Said(f"ticket {ticket.number} is back in the queue", number)
    target = targets.resolve(unit, command.to)
    if isinstance(target, Agent):
        if ticket.assignee == target.handle:
            return Said(f"ticket {ticket.number} is {target.handle}'s already", number)
        yield from give_to_agent(ticket, target.handle)
        return Said(f"ticket {ticket.number} is {target.handle}'s", number)
    yield from give_to_team(unit, ticket, target.handle)
    return Said(f"ticket {ticket.number} is in the queue of {target.handle}", number)


def escalate(unit: Unit, command: c.Escalate, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    if command.to is None:
        target: Agent | Team | Tier = _next_tier(unit, ticket)
    else:
        target = targets.resolve_any(unit, command.to, ticket.team)
    name = target.name if isinstance(target, Tier) else target.handle
    named = f"{type(target).__name__.lower()}:{name}"
    message = write_note(unit, ticket, command.reason, actor)
    yield Escalated(ticket.number, named, message)
    if ticket.assignee and ticket.assignee != name and ticket.assignee not in ticket.followers:
        yield FollowerAdded(ticket.number, ticket.assignee)
    if isinstance(target, Agent):
        yield from give_to_agent(ticket, target.handle)
    elif isinstance(target, Team):
        yield from give_to_team(unit, ticket, target.handle)
    else:
        yield from give_to_tier(unit, ticket, target.name)
    facts = {"message": message, "to": named}
    return Said(f"ticket {ticket.number} is escalated to {name}", (ticket.number,), facts)


def _next_tier(unit: Unit, ticket: Ticket) -> Tier:
    """The tier above the one that the ticket is at: its own, else its owner's. Raises Refused."""
    tiers = targets.tiers_of(unit, ticket.team)
    owner = unit.agents.get(ticket.assignee or "")
    at = ticket.tier or (owner.seat.tier if owner is not None else None)
    place = tiers.index(at) if at in tiers else 0
    if place + 1 >= len(tiers):
        raise Refused(f"ticket {ticket.number} is with {tiers[-1]}, and no tier is above", "name somebody with --to")
    return Tier(tiers[place + 1])


def _may_have(unit: Unit, agent: Agent, ticket: Ticket) -> bool:
    """Whether their tier is high enough."""
    team = unit.teams.get(ticket.team or "")
    plan = team.plan if team is not None else Plan(tiers=TIERS)
    return ticket.tier is None or plan.rank(agent.seat.tier) >= plan.rank(ticket.tier)


def give_to_agent(ticket: Ticket, agent: str) -> Generator[Event, None, None]:
    """Assign, and open what was new."""
    if ticket.assignee != agent:
        yield Assigned(ticket.number, ticket.assignee, agent)
    if ticket.status is Status.NEW:
        yield StatusChanged(ticket.number, Status.NEW, Status.OPEN)


def give_to_team(unit: Unit, ticket: Ticket, team: str) -> Generator[Event, None, None]:
    """Into a team's queue: nobody's until one of them takes it. Another team has tiers of its own."""
    if ticket.team != team:
        yield TeamChanged(ticket.number, ticket.team, team)
        if ticket.tier is not None:
            yield TierChanged(ticket.number, ticket.tier, None)
    yield from give_back(unit, ticket)


def give_to_tier(unit: Unit, ticket: Ticket, tier: str) -> Generator[Event, None, None]:
    """Into the queue of its team, for those of a tier."""
    if ticket.tier != tier:
        yield TierChanged(ticket.number, ticket.tier, tier)
    yield from give_back(unit, ticket)


def give_back(unit: Unit, ticket: Ticket) -> Generator[Event, None, None]:
    """Nobody's any more; where tickets are routed, it is not to come back at once."""
    if ticket.assignee is None:
        return
    team = unit.teams.get(unit.ticket(ticket.number).team or "")
    if team is not None and team.plan.routed:
        yield HandedOn(ticket.number, ticket.assignee)
    yield Assigned(ticket.number, ticket.assignee, None)


def _agent(actor: Actor) -> str:
    """The acting agent; dispatch has made sure that there is one."""
    handle = actor.handle
    assert handle is not None
    return handle


HANDLERS: dict[type[Command], Handler] = {c.Take: take, c.Next: next_, c.Assign: assign, c.Escalate: escalate}
