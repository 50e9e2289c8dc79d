"""Asking somebody of a higher tier to allow something, and their answer."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Refused
from . import targets
from .commands import Command
from .commands import routing as c
from .commands.machine import Tell
from .events import Event
from .handling import Handler, Said, Steps
from .people import Actor, Agent
from .routing.events import ApprovalAsked, ApprovalDecided
from .routing.model import TIERS, Plan
from .tickets import Ticket
from .unit import Unit
from .work import words, workable, write_note


def ask(unit: Unit, command: c.AskApproval, actor: Actor) -> Steps:
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
    waits = f"it waits for {', '.join(who)}" if who else "nobody is of a higher tier yet: deskctl agent set --tier"
    return Said(f"ticket {ticket.number} waits for an approval; {waits}", (ticket.number,), {"message": message})


def approve(unit: Unit, command: c.Approve, actor: Actor) -> Steps:
    return (yield from _decide(unit, command.ticket, True, command.reason, actor))


def deny(unit: Unit, command: c.Deny, actor: Actor) -> Steps:
    return (yield from _decide(unit, command.ticket, False, words(command.reason), actor))


def _decide(unit: Unit, number: int, granted: bool, reason: str, actor: Actor) -> Steps:
    ticket = workable(unit, number)
    asker = ticket.approval
    if asker is None:
        raise Refused(
            f"nothing waits for an approval on ticket {number}",
            f'deskctl escalate {number} --for approval --reason "…" asks for one',
        )
    who = unit.agents[actor.handle or ""]
    if not may_decide(plan_of(unit, ticket), who, unit.agents.get(asker)):
        able = ", ".join(agent.handle for agent in deciders(unit, ticket, asker)) or "nobody yet"
        why = "it is your own" if who.handle == asker else f"that takes a higher tier than {asker}'s"
        raise Refused(f"you may not decide this: {why}", f"who may: {able}; deskctl agent set AGENT --tier senior")
    message = write_note(unit, ticket, reason, actor) if reason.strip() else None
    yield ApprovalDecided(number, asker, granted, asked_by_note(unit, number), message)
    verb = "approved" if granted else "denied"
    return Said(f"ticket {number}: {verb}; {asker} is told", (number,), {"asked_by": asker, "granted": granted})


def may_decide(plan: Plan, who: Agent, asker: Agent | None) -> bool:
    """Whoever is of a higher tier, and anybody at the top; nobody decides what they asked for themselves."""
    if asker is not None and who.handle == asker.handle:
        return False
    top = len(plan.tiers or TIERS) - 1
    rank = plan.rank(who.seat.tier)
    return rank > 0 and (rank == top or asker is None or rank > plan.rank(asker.seat.tier))


def deciders(unit: Unit, ticket: Ticket, asker: str) -> list[Agent]:
    """Those of the ticket's team who may decide; where none may, those of all teams."""
    plan = plan_of(unit, ticket)
    asking = unit.agents.get(asker)
    able = [a for a in targets.members(unit, None) if may_decide(plan, a, asking)]
    return [agent for agent in able if ticket.team in agent.teams] or able


def plan_of(unit: Unit, ticket: Ticket) -> Plan:
    team = unit.teams.get(ticket.team or "")
    return team.plan if team is not None else Plan()


def asked_by_note(unit: Unit, ticket: int) -> int | None:
    """The note that asked last."""
    asked = [r.event for r in unit.source.histories((ticket,), (ApprovalAsked.kind,))]
    asked += [r.event for r in unit.changes.events if r.event.ticket == ticket]
    notes = [event.message for event in asked if isinstance(event, ApprovalAsked)]
    return notes[-1] if notes else None


def tell_of_approvals(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """A reaction: those who may decide hear of the question, who asked hears of the answer."""
    if event.ticket is None:
        return
    if isinstance(event, ApprovalAsked):
        for agent in deciders(unit, unit.ticket(event.ticket), event.asker):
            yield Tell(agent.handle, "approval", event.ticket, _said(unit, event.message))
    elif isinstance(event, ApprovalDecided) and event.asker in targets.active_agents(unit):
        yield Tell(event.asker, "approved" if event.granted else "denied", event.ticket, _said(unit, event.message))


def _said(unit: Unit, message: int | None) -> str | None:
    return next((m.text for m in unit.changes.messages if m.id == message), None)


HANDLERS: dict[type[Command], Handler] = {c.AskApproval: ask, c.Approve: approve, c.Deny: deny}
