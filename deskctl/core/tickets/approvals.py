"""Asking somebody of a higher tier to allow something, and their answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from ...errors import Refused
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
from ..messages.notes import words, write_note
from .commands import Approve, AskApproval, Deny
from .events import ApprovalAsked, ApprovalDecided, ApprovalWithdrawn, MarkedSpam, StatusChanged
from .merge_events import Merged
from .model import Status, Ticket
from .repository import Tickets
from .status import workable


@dataclass(frozen=True, slots=True)
class WithdrawApproval(Command):
    """The ticket is done: nobody need decide any more what it waited for."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    ticket: int


def ask(unit: Unit, command: AskApproval, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    if ticket.approval is not None:
        raise Refused(
            f"ticket {ticket.number} waits for an approval already, {ticket.approval} asked",
            f"deskctl approve {ticket.number} or deskctl deny {ticket.number} decides it",
        )
    message = write_note(unit, ticket, words(command.reason), actor)
    asker = actor.handle or ""
    yield ApprovalAsked(ticket.number, asker, message)
    who = [agent.handle for agent in deciders(unit, ticket, asker)]
    higher = _tier_above(plan_of(unit, ticket), Agents.of(unit).agents.get(asker))
    nobody = f"nobody may decide it yet: deskctl agent set AGENT --tier {higher} makes somebody"
    waits = f"it waits for {', '.join(who)}" if who else nobody
    return Outcome(f"ticket {ticket.number} waits for an approval; {waits}", (ticket.number,), {"message": message})


def approve(unit: Unit, command: Approve, actor: Actor) -> Steps:
    return (yield from _decide(unit, command.ticket, True, command.reason, actor))


def deny(unit: Unit, command: Deny, actor: Actor) -> Steps:
    return (yield from _decide(unit, command.ticket, False, words(command.reason), actor))


def _decide(unit: Unit, number: int, granted: bool, reason: str, actor: Actor) -> Steps:
    ticket = workable(unit, number)
    asker = ticket.approval
    if asker is None:
        raise Refused(
            f"nothing waits for an approval on ticket {number}",
            f'deskctl escalate {number} --for approval --reason "…" asks for one',
        )
    who = Agents.of(unit).agents[actor.handle or ""]
    if not may_decide(plan_of(unit, ticket), who, Agents.of(unit).agents.get(asker)):
        who_may = ", ".join(agent.handle for agent in deciders(unit, ticket, asker)) or "nobody yet"
        higher = _tier_above(plan_of(unit, ticket), Agents.of(unit).agents.get(asker))
        why = "it is your own" if who.handle == asker else f"that takes a higher tier than {asker}'s"
        raise Refused(f"you may not decide this: {why}", f"who may: {who_may}; deskctl agent set AGENT --tier {higher}")
    message = write_note(unit, ticket, reason, actor) if reason.strip() else None
    yield ApprovalDecided(number, asker, granted, asked_by_note(unit, number), message)
    verb = "approved" if granted else "denied"
    return Outcome(f"ticket {number}: {verb}; {asker} is told", (number,), {"asked_by": asker, "granted": granted})


def may_decide(plan: RoutingPlan, who: Agent, asker: Agent | None) -> bool:
    """Whoever is of a higher tier, and anybody at the top; nobody decides what they asked for themselves."""
    if asker is not None and who.handle == asker.handle:
        return False
    top = len(plan.tiers or TIERS) - 1
    rank = plan.rank(who.seat.tier)
    return rank > 0 and (rank == top or asker is None or rank > plan.rank(asker.seat.tier))


def _tier_above(plan: RoutingPlan, asker: Agent | None) -> str:
    """The next tier, or the highest one: of these, too, anybody may decide but for themselves."""
    tiers = plan.tiers or TIERS
    rank = plan.rank(asker.seat.tier if asker is not None else None)
    return tiers[min(rank + 1, len(tiers) - 1)]


def deciders(unit: Unit, ticket: Ticket, asker: str) -> list[Agent]:
    """Those of the ticket's team who may decide; where none may, those of all teams."""
    people = targets.members(unit, None)
    return list(able(plan_of(unit, ticket), people, ticket.team, Agents.of(unit).agents.get(asker)).values())


def able(plan: RoutingPlan, people: Iterable[Agent], team: str | None, asker: Agent | None) -> dict[str, Agent]:
    """By handle, which of these may decide what `asker` asks for: those of the team, or else all."""
    found = {agent.handle: agent for agent in people if may_decide(plan, agent, asker)}
    return {handle: agent for handle, agent in found.items() if team in agent.teams} or found


def plan_of(unit: Unit, ticket: Ticket) -> RoutingPlan:
    team = Agents.of(unit).teams.get(ticket.team or "")
    return team.plan if team is not None else RoutingPlan()


def asked_by_note(unit: Unit, ticket: int) -> int | None:
    """The note that asked last."""
    asked = [r.event for r in unit.source.histories((ticket,), (ApprovalAsked.kind,))]
    asked += [r.event for r in unit.changes.events if r.event.ticket == ticket]
    notes = [event.message for event in asked if isinstance(event, ApprovalAsked)]
    return notes[-1] if notes else None


def withdraw_when_done(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """A reaction: what is solved, closed or merged waits for nobody's leave any more."""
    done = (isinstance(event, StatusChanged) and event.new in (Status.SOLVED, Status.CLOSED)) or isinstance(
        event, Merged | MarkedSpam
    )
    if done and event.ticket is not None and Tickets.of(unit).get(event.ticket).approval is not None:
        yield WithdrawApproval(event.ticket)


def withdraw(unit: Unit, command: WithdrawApproval, actor: Actor) -> Steps:
    ticket = Tickets.of(unit).get(command.ticket)
    if ticket.approval is not None:
        yield ApprovalWithdrawn(ticket.number, ticket.approval, asked_by_note(unit, ticket.number))
    return Outcome(f"ticket {ticket.number} waits for no approval any more", (ticket.number,))


HANDLERS: dict[type[Command], Handler] = {
    AskApproval: ask,
    Approve: approve,
    Deny: deny,
    WithdrawApproval: withdraw,
}
