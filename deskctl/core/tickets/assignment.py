"""Whose ticket it is: take, next, assign, escalate."""

from __future__ import annotations

from collections.abc import Generator

from ...errors import DeskctlError, Refused
from ...i18n import _
from ..agents import targets
from ..agents.model import Agent, Team
from ..agents.repository import Agents
from ..agents.targets import Tier
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages.notes import words, write_note
from . import commands as c
from .events import Assigned, Escalated, FollowerAdded, StatusChanged, TeamChanged, TicketGivenBack, TierChanged
from .model import REOPENED, Status, Ticket
from .repository import Tickets
from .status import to_status, workable

#: How many heads of the queue `next` looks at before it says that there is nothing; others may be taking them too.
NEXT_LOOKS_AT = 20


def take(unit: Unit, command: c.Take, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    handle = _agent(actor)
    if ticket.assignee == handle:
        return Outcome(_("ticket {number} is yours already", number=ticket.number), (ticket.number,))
    _high_enough(unit, Agents.of(unit).agents[handle], ticket)
    yield from give_to_agent(ticket, handle)
    if ticket.assignee:
        said = _("ticket {number} is yours, was {agent}'s", number=ticket.number, agent=ticket.assignee)
    else:
        said = _("ticket {number} is yours", number=ticket.number)
    return Outcome(said, (ticket.number,))


def next_(unit: Unit, command: c.Next, actor: Actor) -> Steps:
    agent = Agents.of(unit).agents[_agent(actor)]
    teams = agent.teams if command.team is None else {command.team}
    if command.team is not None and command.team not in Agents.of(unit).teams:
        targets.resolve(unit, f"team:{command.team}")
    for number in Tickets.of(unit).source.queue(targets.tiers_above(unit, agent, teams), NEXT_LOOKS_AT):
        ticket = Tickets.of(unit).get(number)
        if ticket.assignee is None and ticket.status in (Status.NEW, Status.OPEN):
            yield from give_to_agent(ticket, agent.handle)
            return Outcome(f"ticket {number} is yours", (number,), {"number": number})
    raise DeskctlError("nothing waits in your queue", "deskctl list shows what others have")


def assign(unit: Unit, command: c.Assign, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    number = (ticket.number,)
    if command.to is None:
        if ticket.assignee is None:
            return Outcome(f"ticket {ticket.number} is nobody's already", number)
        yield from give_back(unit, ticket)
        return Outcome(f"ticket {ticket.number} is back in the queue", number)
    target = targets.resolve(unit, command.to)
    if isinstance(target, Agent):
        if ticket.assignee == target.handle:
            return Outcome(f"ticket {ticket.number} is {target.handle}'s already", number)
        if actor.handle is not None and not targets.may_handle(unit, target, ticket):
            _high_enough(unit, Agents.of(unit).agents[actor.handle], ticket)  # who is may give it to whom they like
        yield from give_to_agent(ticket, target.handle)
        return Outcome(f"ticket {ticket.number} is {target.handle}'s", number)
    yield from give_to_team(unit, ticket, target.handle)
    return Outcome(f"ticket {ticket.number} is in the queue of {target.handle}", number)


def escalate(unit: Unit, command: c.Escalate, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    if command.to is None:
        target: Agent | Team | Tier = _next_tier(unit, ticket)
    else:
        target = targets.resolve_any(unit, command.to, ticket.team)
    name = target.name if isinstance(target, Tier) else target.handle
    if isinstance(target, Agent) and ticket.assignee == target.handle:
        raise Refused(f"ticket {ticket.number} is {target.handle}'s already", "name somebody else with --to")
    named = f"{type(target).__name__.lower()}:{name}"
    message = write_note(unit, ticket, words(command.reason, "say why with --reason"), actor)
    yield Escalated(ticket.number, named, message)
    if ticket.assignee and ticket.assignee != name and ticket.assignee not in ticket.followers:
        yield FollowerAdded(ticket.number, ticket.assignee)
    if ticket.status in REOPENED:  # somebody has to do something about it, whoever it waited for
        yield from to_status(ticket, Status.OPEN)
    if isinstance(target, Agent):
        yield from give_to_agent(ticket, target.handle)
    elif isinstance(target, Team):
        yield from give_to_team(unit, ticket, target.handle)
    else:
        yield from give_to_tier(unit, ticket, target.name, handed_on=actor.handle is not None)
    facts = {"message": message, "to": named}
    if isinstance(target, Tier) and not targets.is_staffed(unit, ticket.team, target.name):
        name += "; nobody is of that tier yet, so anybody of the team may have it"
    return Outcome(f"ticket {ticket.number} is escalated to {name}", (ticket.number,), facts)


def _next_tier(unit: Unit, ticket: Ticket) -> Tier:
    """The tier above the one that the ticket is at: its own or its owner's, whichever is higher. Raises Refused."""
    tiers = targets.tiers_of(unit, ticket.team)
    place = targets.current_rank(unit, ticket)
    above = tiers[place + 1 :]
    if not above:
        raise Refused(f"ticket {ticket.number} is with {tiers[-1]}, and no tier is above", "name somebody with --to")
    manned = next((tier for tier in above if targets.is_staffed(unit, ticket.team, tier)), None)
    if manned is None:
        raise Refused(
            f"nobody is of a tier above {tiers[place]}", f"deskctl agent set AGENT --tier {above[0]}, or --to"
        )
    return Tier(manned)


def _high_enough(unit: Unit, agent: Agent, ticket: Ticket) -> None:
    """Raises Refused for what was escalated above them."""
    if not targets.may_handle(unit, agent, ticket):
        able = ", ".join(a.handle for a in targets.members(unit, ticket.team) if targets.may_handle(unit, a, ticket))
        raise Refused(
            f"ticket {ticket.number} was escalated to {ticket.tier}: {agent.handle} is not of that tier",
            f"who may have it: {able or 'nobody yet'}; deskctl agent set {agent.handle} --tier {ticket.tier}",
        )


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


def give_to_tier(unit: Unit, ticket: Ticket, tier: str, *, handed_on: bool) -> Generator[Event, None, None]:
    """Into the queue of its team, for those of a tier."""
    if ticket.tier != tier:
        yield TierChanged(ticket.number, ticket.tier, tier)
    yield from give_back(unit, ticket, handed_on=handed_on)


def give_back(unit: Unit, ticket: Ticket, *, handed_on: bool = True) -> Generator[Event, None, None]:
    """Nobody's any more; where tickets are routed, it is not to come back at once if somebody `handed_on` it."""
    if ticket.assignee is None:
        return
    team = Agents.of(unit).teams.get(Tickets.of(unit).get(ticket.number).team or "")
    if handed_on and team is not None and team.plan.routed:
        yield TicketGivenBack(ticket.number, ticket.assignee)
    yield Assigned(ticket.number, ticket.assignee, None)


def _agent(actor: Actor) -> str:
    """The acting agent; dispatch has made sure that there is one."""
    handle = actor.handle
    assert handle is not None
    return handle


HANDLERS: dict[type[Command], Handler] = {c.Take: take, c.Next: next_, c.Assign: assign, c.Escalate: escalate}
