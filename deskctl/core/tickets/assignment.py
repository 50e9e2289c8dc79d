"""Assignment of tickets to agents and teams: take, next, assign, escalate."""

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
from ..messages.notes import require_text, write_note
from .commands import Assign, Escalate, Next, Take
from .events import Assigned, Escalated, FollowerAdded, StatusChanged, TeamChanged, TicketGivenBack, TierChanged
from .model import REOPENED, Status, Ticket
from .repository import Tickets
from .status import change_status, editable_ticket

#: The number of tickets at the head of the queue that `next` tries before it fails; other agents may take some of them.
NEXT_ATTEMPTS = 20


def take(unit: Unit, command: Take, actor: Actor) -> Steps:
    """Assign the ticket to the acting agent."""
    ticket = editable_ticket(unit, command.ticket)
    handle = _agent(actor)
    if ticket.assignee == handle:
        return Outcome(_("ticket {number} is already yours", number=ticket.number), (ticket.number,))
    _require_tier(unit, Agents.of(unit).agents[handle], ticket)
    yield from assign_to_agent(ticket, handle)
    if ticket.assignee:
        summary = _("ticket {number} is yours; it was assigned to {agent}", number=ticket.number, agent=ticket.assignee)
    else:
        summary = _("ticket {number} is yours", number=ticket.number)
    return Outcome(summary, (ticket.number,))


def take_next(unit: Unit, command: Next, actor: Actor) -> Steps:
    """Assign the first ticket of the queue to the acting agent. Raises DeskctlError if the queue is empty."""
    agent = Agents.of(unit).agents[_agent(actor)]
    teams = agent.teams if command.team is None else {command.team}
    if command.team is not None and command.team not in Agents.of(unit).teams:
        targets.resolve(unit, f"team:{command.team}")
    for number in Tickets.of(unit).source.queue(targets.tiers_above(unit, agent, teams), NEXT_ATTEMPTS):
        ticket = Tickets.of(unit).get(number)
        if ticket.assignee is None and ticket.status in (Status.NEW, Status.OPEN):
            yield from assign_to_agent(ticket, agent.handle)
            return Outcome(_("ticket {number} is yours", number=number), (number,), {"number": number})
    raise DeskctlError(_("your queue is empty"), _("deskctl list shows the tickets of all agents"))


def assign(unit: Unit, command: Assign, actor: Actor) -> Steps:
    """Assign the ticket to an agent, move it to the queue of a team, or return it to the queue."""
    ticket = editable_ticket(unit, command.ticket)
    number = (ticket.number,)
    if command.to is None:
        if ticket.assignee is None:
            return Outcome(_("ticket {number} is already unassigned", number=ticket.number), number)
        yield from unassign(unit, ticket)
        return Outcome(_("ticket {number} is back in the queue", number=ticket.number), number)
    target = targets.resolve(unit, command.to)
    if isinstance(target, Agent):
        if ticket.assignee == target.handle:
            summary = _("ticket {number} is already assigned to {agent}", number=ticket.number, agent=target.handle)
            return Outcome(summary, number)
        if actor.handle is not None and not targets.may_handle(unit, target, ticket):
            # An agent of the ticket's tier can assign it to any agent.
            _require_tier(unit, Agents.of(unit).agents[actor.handle], ticket)
        yield from assign_to_agent(ticket, target.handle)
        summary = _("ticket {number} is assigned to {agent}", number=ticket.number, agent=target.handle)
        return Outcome(summary, number)
    yield from move_to_team(unit, ticket, target.handle)
    summary = _("ticket {number} is in the queue of {team}", number=ticket.number, team=target.handle)
    return Outcome(summary, number)


def escalate(unit: Unit, command: Escalate, actor: Actor) -> Steps:
    """Hand the ticket to an agent, a team or a tier, the next one by default; the reason becomes a note."""
    ticket = editable_ticket(unit, command.ticket)
    if command.to is None:
        target: Agent | Team | Tier = _next_tier(unit, ticket)
    else:
        target = targets.resolve_any(unit, command.to, ticket.team)
    name = target.name if isinstance(target, Tier) else target.handle
    if isinstance(target, Agent) and ticket.assignee == target.handle:
        raise Refused(
            _("ticket {number} is already assigned to {agent}", number=ticket.number, agent=target.handle),
            _("name another agent with --to"),
        )
    named = f"{type(target).__name__.lower()}:{name}"
    message = write_note(unit, ticket, require_text(command.reason, _("give the reason with --reason")), actor)
    yield Escalated(ticket.number, named, message)
    if ticket.assignee and ticket.assignee != name and ticket.assignee not in ticket.followers:
        yield FollowerAdded(ticket.number, ticket.assignee)
    if ticket.status in REOPENED:  # an escalated ticket needs work, even if it waited for someone
        yield from change_status(ticket, Status.OPEN)
    if isinstance(target, Agent):
        yield from assign_to_agent(ticket, target.handle)
    elif isinstance(target, Team):
        yield from move_to_team(unit, ticket, target.handle)
    else:
        yield from move_to_tier(unit, ticket, target.name, by_agent=actor.handle is not None)
    facts = {"message": message, "to": named}
    if isinstance(target, Tier) and not targets.is_staffed(unit, ticket.team, target.name):
        summary = _(
            "ticket {number} is escalated to {target}; no agent has that tier yet,"
            " so any agent of the team can take it",
            number=ticket.number,
            target=name,
        )
    else:
        summary = _("ticket {number} is escalated to {target}", number=ticket.number, target=name)
    return Outcome(summary, (ticket.number,), facts)


def _next_tier(unit: Unit, ticket: Ticket) -> Tier:
    """Return the next tier that has agents, above the ticket's and its assignee's. Raises Refused if there is none."""
    tiers = targets.tiers_of(unit, ticket.team)
    place = targets.current_rank(unit, ticket)
    above = tiers[place + 1 :]
    if not above:
        raise Refused(
            _("ticket {number} is already at the highest tier, {tier}", number=ticket.number, tier=tiers[-1]),
            _("name an agent or a team with --to"),
        )
    staffed = next((tier for tier in above if targets.is_staffed(unit, ticket.team, tier)), None)
    if staffed is None:
        raise Refused(
            _("no agent has a tier above {tier}", tier=tiers[place]),
            _("use deskctl agent set AGENT --tier {tier}, or name an agent or a team with --to", tier=above[0]),
        )
    return Tier(staffed)


def _require_tier(unit: Unit, agent: Agent, ticket: Ticket) -> None:
    """Raise Refused if the ticket was escalated to a tier above the agent's."""
    if targets.may_handle(unit, agent, ticket):
        return
    what = _(
        "ticket {number} was escalated to {tier}; {agent} does not have that tier",
        number=ticket.number,
        tier=ticket.tier,
        agent=agent.handle,
    )
    names = ", ".join(a.handle for a in targets.members(unit, ticket.team) if targets.may_handle(unit, a, ticket))
    if names:
        hint = _(
            "agents who can take it: {agents}; or deskctl agent set {agent} --tier {tier}",
            agents=names,
            agent=agent.handle,
            tier=ticket.tier,
        )
    else:
        hint = _("deskctl agent set {agent} --tier {tier}", agent=agent.handle, tier=ticket.tier)
    raise Refused(what, hint)


def assign_to_agent(ticket: Ticket, agent: str) -> Generator[Event, None, None]:
    """Assign the ticket, and open it if it is new."""
    if ticket.assignee != agent:
        yield Assigned(ticket.number, ticket.assignee, agent)
    if ticket.status is Status.NEW:
        yield StatusChanged(ticket.number, Status.NEW, Status.OPEN)


def move_to_team(unit: Unit, ticket: Ticket, team: str) -> Generator[Event, None, None]:
    """Move the ticket to a team's queue, unassigned."""
    yield from change_team(ticket, team)
    yield from unassign(unit, ticket)


def change_team(ticket: Ticket, team: str) -> Generator[Event, None, None]:
    """Change the team of the ticket. Another team has other tiers, so the ticket's tier is cleared."""
    if ticket.team != team:
        yield TeamChanged(ticket.number, ticket.team, team)
        if ticket.tier is not None:
            yield TierChanged(ticket.number, ticket.tier, None)


def move_to_tier(unit: Unit, ticket: Ticket, tier: str, *, by_agent: bool) -> Generator[Event, None, None]:
    """Return the ticket to the queue of its team, for agents of a tier."""
    if ticket.tier != tier:
        yield TierChanged(ticket.number, ticket.tier, tier)
    yield from unassign(unit, ticket, by_agent=by_agent)


def unassign(unit: Unit, ticket: Ticket, *, by_agent: bool = True) -> Generator[Event, None, None]:
    """Return the ticket to the queue. If an agent does this, routing does not assign it to the same agent again."""
    if ticket.assignee is None:
        return
    team = Agents.of(unit).teams.get(Tickets.of(unit).get(ticket.number).team or "")
    if by_agent and team is not None and team.plan.routed:
        yield TicketGivenBack(ticket.number, ticket.assignee)
    yield Assigned(ticket.number, ticket.assignee, None)


def _agent(actor: Actor) -> str:
    """Return the handle of the acting agent; dispatch guarantees that there is one."""
    handle = actor.handle
    assert handle is not None
    return handle


HANDLERS: dict[type[Command], Handler] = {Take: take, Next: take_next, Assign: assign, Escalate: escalate}
