"""Actions at SLA thresholds: notifications, and the steps of the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar
from zoneinfo import ZoneInfo

from ...errors import DeskctlError, Refused
from ...i18n import Phrases, _, _p, preferred
from ..agents import targets
from ..agents.model import Agent, Team
from ..answers.automatic_answer import notify_customer
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import By, Handler, Steps, acting
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages.commands import Note
from ..messages.notes import note
from ..notifications.commands import NotifyAgent
from ..notifications.notify import notify_agent
from ..tickets import assignment as assigning
from ..tickets import commands as c
from ..tickets import fields
from ..tickets.model import Ticket
from ..tickets.repository import Tickets
from . import events as le
from .clocks import ClockKey
from .policy import Metric
from .repository import Sla
from .thresholds import actions_at

#: The actions that `--then` accepts.
ACTIONS = ("notify", "priority", "escalate", "assign", "team", "tag", "note", "reply")
#: Additional target of `escalate`: the tier above that of the ticket or its assignee.
NEXT = "next"
#: Additional targets of `notify`: the assignee, and the whole team of the ticket.
OWNER, TEAM = "owner", "team"

_NAMES = Phrases(
    {
        Metric.FIRST_RESPONSE: _p("SLA metric", "first response"),
        Metric.NEXT_RESPONSE: _p("SLA metric", "next response"),
        Metric.UPDATE: _p("SLA metric", "update"),
        Metric.RESOLUTION: _p("SLA metric", "resolution"),
        Metric.WORK: _p("SLA metric", "agent work"),
        Metric.PROMISE: _p("SLA metric", "promise"),
    }
)
_TEXTS = Phrases(
    {
        "due": _("{metric}: due {due}"),
        "due_late": _("{metric}: due {due} (late notification: the desk was not running)"),
        "overdue": _("overdue: {metric}"),
        "due_soon": _("due soon ({level}): {metric}"),
    }
)


@dataclass(frozen=True, slots=True)
class RunStep(Command):
    """Run the steps that the policy defines for a threshold. A step that fails does not stop the others."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    ticket: int
    metric: str
    instance: int
    level: str
    late: bool = False


def sla(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """React to a threshold: notify the assignee, and run the policy's steps."""
    number = event.ticket
    if number is None:
        return
    if isinstance(event, le.ThresholdReached):
        yield from _notifications(
            unit, Tickets.of(unit).get(number), OWNER, event.metric, event.instance, event.level, event.late
        )
    elif isinstance(event, le.StepDue):
        yield RunStep(number, event.metric, event.instance, event.level, event.late)


def _notifications(
    unit: Unit, ticket: Ticket, who: str, metric: str, instance: int, level: str, late: bool
) -> Iterator[NotifyAgent]:
    """Return the notifications to send to `who`. Raises NotFound if no agent, team or tier has that name."""
    clock = Sla.of(unit).clocks(ticket.number).get(ClockKey(Metric(metric), instance))
    language = preferred(unit.settings.language)
    due = "-"
    if clock is not None and clock.due_at is not None:
        due = clock.due_at.astimezone(ZoneInfo(unit.settings.timezone)).strftime("%Y-%m-%d %H:%M %Z")
    name = _NAMES(Metric(metric), language)
    detail = _TEXTS("due_late" if late else "due", language, metric=name, due=due)
    about = "overdue" if level.startswith("breach") else "due_soon"
    handle = who.removeprefix("agent:")
    meant = _recipients(unit, ticket, who)
    return (NotifyAgent(agent.handle, about, ticket.number, detail, agent.handle == handle) for agent in meant)


def _recipients(unit: Unit, ticket: Ticket, who: str) -> list[Agent]:
    """Return the agents that `who` stands for. Raises NotFound."""
    if who == OWNER:
        owner = targets.active_agents(unit).get(ticket.assignee or "")
        return [owner] if owner is not None else targets.members(unit, ticket.team)
    if who == TEAM:
        return targets.members(unit, ticket.team)
    found = targets.resolve_any(unit, who, ticket.team)
    if isinstance(found, Agent):
        return [found]
    if isinstance(found, targets.Tier):
        meant = targets.agents_for_tier(unit, ticket.team, found.name)
    else:
        meant = targets.members(unit, found.handle)
    return meant or _recipients(unit, ticket, OWNER)  # an empty team or tier: the assignee is notified instead


def run_step(unit: Unit, command: RunStep, actor: Actor) -> Steps:
    clock = Sla.of(unit).clocks(command.ticket).get(ClockKey(Metric(command.metric), command.instance))
    number = (command.ticket,)
    if clock is None:
        return Outcome(_("the clock no longer exists"), number)
    for name, value in actions_at(clock, Sla.of(unit).book, command.level):
        try:
            if name == "notify":
                yield from _notify(unit, command, value, actor)
            else:
                yield from acting(_DO[name](unit, command, value, actor), actor)
        except DeskctlError:
            yield le.StepFailed(command.ticket, command.metric, command.instance, command.level, name)
            yield from _notify(unit, command, OWNER, actor)
    return Outcome(_("steps at {threshold} are done", threshold=command.level), number)


def _notify(unit: Unit, command: RunStep, who: str, actor: Actor) -> Iterator[Event | By]:
    told = _notifications(
        unit, Tickets.of(unit).get(command.ticket), who, command.metric, command.instance, command.level, command.late
    )
    for message in told:
        yield from acting(notify_agent(unit, message, actor), actor)


def _reason(unit: Unit, command: RunStep) -> str:
    """Return the reason of an escalation, in the desk's language."""
    language = preferred(unit.settings.language)
    metric = _NAMES(Metric(command.metric), language)
    kind = "overdue" if command.level.startswith("breach") else "due_soon"
    return _TEXTS(kind, language, metric=metric, level=command.level)


def _escalate(unit: Unit, command: RunStep, to: str, actor: Actor) -> Steps:
    """Escalate a ticket to a higher tier, never to a lower one.

    If the assignee already is at the target or above, the assignee gets a reminder and the ticket stays.
    """
    ticket = Tickets.of(unit).get(command.ticket)
    wanted = None if to == NEXT else targets.resolve_any(unit, to, ticket.team)
    high = targets.current_rank(unit, ticket)
    if isinstance(wanted, targets.Tier) and targets.rank(unit, ticket.team, wanted.name) <= high:
        meant = OWNER if ticket.assignee in targets.active_agents(unit) else f"tier:{ticket.tier or wanted.name}"
        yield from _notify(unit, command, meant, actor)
        said = _("ticket {number} is already at tier {tier}", number=ticket.number, tier=wanted.name)
        return Outcome(said, (ticket.number,))
    if isinstance(wanted, Agent) and (ticket.assignee == wanted.handle or not targets.may_handle(unit, wanted, ticket)):
        yield from _notify(unit, command, OWNER, actor)
        return Outcome(_("ticket {number} keeps its assignee", number=ticket.number), (ticket.number,))
    if isinstance(wanted, Team) and ticket.team == wanted.handle:
        yield from _notify(unit, command, OWNER, actor)  # the assignee in that team, else the whole team
        said = _("ticket {number} already belongs to team {team}", number=ticket.number, team=wanted.handle)
        return Outcome(said, (ticket.number,))
    if isinstance(wanted, targets.Tier) and not targets.is_staffed(unit, ticket.team, wanted.name):
        raise Refused(_("no agent is in tier {tier}", tier=wanted.name))
    escalation = c.Escalate(ticket.number, None if to == NEXT else to, _reason(unit, command))
    return (yield from assigning.escalate(unit, escalation, actor))


Do = Callable[[Unit, RunStep, str, Actor], Steps]
_DO: dict[str, Do] = {
    "priority": lambda u, s, v, a: fields.set_fields(u, c.Set(s.ticket, (("priority", v),)), a),
    "team": lambda u, s, v, a: fields.set_fields(u, c.Set(s.ticket, (("team", v),)), a),
    "assign": lambda u, s, v, a: assigning.assign(u, c.Assign(s.ticket, v), a),
    "escalate": _escalate,
    "reply": lambda u, s, v, a: notify_customer(u, Tickets.of(u).get(s.ticket), v, about="update"),
    "note": lambda u, s, v, a: note(u, Note(s.ticket, v), a),
    "tag": lambda u, s, v, a: fields.tag(
        u, c.Tag(s.ticket, *((), (v[1:],)) if v.startswith("-") else ((v.removeprefix("+"),), ())), a
    ),
}

HANDLERS: dict[type[Command], Handler] = {RunStep: run_step}
