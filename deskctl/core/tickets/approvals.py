"""Requests for approval by an agent of a higher tier, and the decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from ...dataclass import dataclass
from ...errors import Refused
from ...i18n import _
from ..agents import targets
from ..agents.model import Agent
from ..agents.repository import Agents
from ..agents.routing_profile import TIERS, RoutingPlan
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages.notes import require_text, write_note
from .commands import Approve, AskApproval, Deny
from .events import ApprovalAsked, ApprovalDecided, ApprovalWithdrawn, MarkedSpam, StatusChanged
from .model import Status, Ticket
from .repository import Tickets
from .status import editable_ticket


@dataclass(frozen=True, slots=True)
class WithdrawApproval(Command):
    """Withdraw the request for approval of a ticket that is done."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    ticket: int


def ask(unit: Unit, command: AskApproval, actor: Actor) -> Steps:
    """Request an approval; the reason becomes a note."""
    ticket = editable_ticket(unit, command.ticket)
    if ticket.approval is not None:
        raise Refused(
            _(
                "ticket {number} is already waiting for an approval, requested by {asker}",
                number=ticket.number,
                asker=ticket.approval,
            ),
            _("decide with deskctl approve {number} or deskctl deny {number}", number=ticket.number),
        )
    message = write_note(unit, ticket, require_text(command.reason), actor)
    asker = actor.handle or ""
    yield ApprovalAsked(ticket.number, asker, message)
    names = [agent.handle for agent in deciders(unit, ticket, asker)]
    if names:
        summary = _("ticket {number} waits for an approval by {agents}", number=ticket.number, agents=", ".join(names))
    else:
        summary = _(
            "ticket {number} waits for an approval, but no agent can decide it yet:"
            " give an agent the tier with deskctl agent set AGENT --tier {tier}",
            number=ticket.number,
            tier=_tier_above(routing_plan(unit, ticket), Agents.of(unit).agents.get(asker)),
        )
    return Outcome(summary, (ticket.number,), {"message": message})


def approve(unit: Unit, command: Approve, actor: Actor) -> Steps:
    """Approve the request."""
    return (yield from _decide(unit, command.ticket, True, command.reason, actor))


def deny(unit: Unit, command: Deny, actor: Actor) -> Steps:
    """Deny the request. A reason is required."""
    return (yield from _decide(unit, command.ticket, False, require_text(command.reason), actor))


def _decide(unit: Unit, number: int, granted: bool, reason: str, actor: Actor) -> Steps:
    ticket = editable_ticket(unit, number)
    asker = ticket.approval
    if asker is None:
        raise Refused(
            _("ticket {number} has no open request for approval", number=number),
            _('request one with deskctl escalate {number} --for approval --reason "…"', number=number),
        )
    agent = Agents.of(unit).agents[actor.handle or ""]
    plan, asking_agent = routing_plan(unit, ticket), Agents.of(unit).agents.get(asker)
    if not can_decide(plan, agent, asking_agent):
        if agent.handle == asker:
            why = _("you cannot decide your own request")
        else:
            why = _("you cannot decide this: it needs a higher tier than that of {agent}", agent=asker)
        names = ", ".join(other.handle for other in deciders(unit, ticket, asker))
        tier = _tier_above(plan, asking_agent)
        if names:
            hint = _("agents who can: {agents}; or deskctl agent set AGENT --tier {tier}", agents=names, tier=tier)
        else:
            hint = _("no agent can yet; give one the tier with deskctl agent set AGENT --tier {tier}", tier=tier)
        raise Refused(why, hint)
    message = write_note(unit, ticket, reason, actor) if reason.strip() else None
    yield ApprovalDecided(number, asker, granted, request_note(unit, number), message)
    if granted:
        summary = _("ticket {number}: approved; {agent} is notified", number=number, agent=asker)
    else:
        summary = _("ticket {number}: denied; {agent} is notified", number=number, agent=asker)
    return Outcome(summary, (number,), {"asked_by": asker, "granted": granted})


def can_decide(plan: RoutingPlan, agent: Agent, asker: Agent | None) -> bool:
    """Return True for an agent of a higher tier than the asker's, or of the highest tier, except the asker."""
    if asker is not None and agent.handle == asker.handle:
        return False
    top = len(plan.tiers or TIERS) - 1
    rank = plan.rank(agent.seat.tier)
    return rank > 0 and (rank == top or asker is None or rank > plan.rank(asker.seat.tier))


def _tier_above(plan: RoutingPlan, asker: Agent | None) -> str:
    """Return the tier above the asker's, or the highest tier, whose agents decide each other's requests."""
    tiers = plan.tiers or TIERS
    rank = plan.rank(asker.seat.tier if asker is not None else None)
    return tiers[min(rank + 1, len(tiers) - 1)]


def deciders(unit: Unit, ticket: Ticket, asker: str) -> list[Agent]:
    """Return the agents of the ticket's team who can decide a request; if there are none, those of all teams."""
    agents = targets.members(unit, None)
    plan = routing_plan(unit, ticket)
    return list(deciders_among(plan, agents, ticket.team, Agents.of(unit).agents.get(asker)).values())


def deciders_among(
    plan: RoutingPlan, agents: Iterable[Agent], team: str | None, asker: Agent | None
) -> dict[str, Agent]:
    """Return by handle the agents who can decide a request of `asker`: those of the team, or all if it has none."""
    found = {agent.handle: agent for agent in agents if can_decide(plan, agent, asker)}
    return {handle: agent for handle, agent in found.items() if team in agent.teams} or found


def routing_plan(unit: Unit, ticket: Ticket) -> RoutingPlan:
    """Return the routing plan of the ticket's team, or an empty plan."""
    team = Agents.of(unit).teams.get(ticket.team or "")
    return team.plan if team is not None else RoutingPlan()


def request_note(unit: Unit, ticket: int) -> int | None:
    """Return the note of the newest request for approval."""
    asked = [r.event for r in unit.source.histories((ticket,), (ApprovalAsked.kind,))]
    asked += [r.event for r in unit.changes.events if r.event.ticket == ticket]
    notes = [event.message for event in asked if isinstance(event, ApprovalAsked)]
    return notes[-1] if notes else None


def withdraw_when_done(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """Withdraw the request for approval of a ticket that is solved, closed or spam."""
    solved = isinstance(event, StatusChanged) and event.new in (Status.SOLVED, Status.CLOSED)
    done = solved or isinstance(event, MarkedSpam)
    if done and event.ticket is not None and Tickets.of(unit).get(event.ticket).approval is not None:
        yield WithdrawApproval(event.ticket)


def withdraw(unit: Unit, command: WithdrawApproval, actor: Actor) -> Steps:
    """Withdraw the request for approval, if there is one."""
    ticket = Tickets.of(unit).get(command.ticket)
    if ticket.approval is not None:
        yield ApprovalWithdrawn(ticket.number, ticket.approval, request_note(unit, ticket.number))
    return Outcome(_("ticket {number} no longer waits for an approval", number=ticket.number), (ticket.number,))


HANDLERS: dict[type[Command], Handler] = {
    AskApproval: ask,
    Approve: approve,
    Deny: deny,
    WithdrawApproval: withdraw,
}
