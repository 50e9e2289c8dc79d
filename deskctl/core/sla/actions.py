"""Actions at SLA thresholds: notifications, and the steps of the policy."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar
from zoneinfo import ZoneInfo

from ...dataclass import dataclass
from ...errors import DeskctlError
from ...i18n import Phrases, _, _p, joined, preferred, translate
from ..actions.model import Run
from ..actions.registry import run_action
from ..actions.targets import OWNER, TEAM
from ..agents import targets
from ..agents.model import Agent
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps, acting
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..notifications.commands import NotifyAgent
from ..tickets.model import Ticket
from ..tickets.repository import Tickets
from . import events as sla_events
from .clocks import ClockKey
from .policy import Metric
from .repository import Sla
from .thresholds import actions_at

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
    if isinstance(event, sla_events.ThresholdReached):
        yield from _notifications(
            unit, Tickets.of(unit).get(number), OWNER, event.metric, event.instance, event.level, event.late
        )
    elif isinstance(event, sla_events.StepDue):
        yield RunStep(number, event.metric, event.instance, event.level, event.late)


def _notifications(
    unit: Unit, ticket: Ticket, who: str, metric: str, instance: int, threshold: str, late: bool
) -> Iterator[NotifyAgent]:
    """Return the notifications to send to `who`. Raises NotFound if no agent, team or tier has that name."""
    clock = Sla.of(unit).clocks(ticket.number).get(ClockKey(Metric(metric), instance))
    language = preferred(unit.settings.language)
    due = "-"
    if clock is not None and clock.due_at is not None:
        due = clock.due_at.astimezone(ZoneInfo(unit.settings.timezone)).strftime("%Y-%m-%d %H:%M %Z")
    name = _NAMES(Metric(metric), language)
    detail = _TEXTS("due_late" if late else "due", language, metric=name, due=due)
    about = "overdue" if threshold.startswith("breach") else "due_soon"
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
    run = Run(command.ticket, _reason(unit, command), partial(_notifications_of, unit, command))
    for name, value in actions_at(clock, Sla.of(unit).book, command.level):
        try:
            yield from acting(run_action(unit, run, name, value, actor), actor)
        except DeskctlError as error:
            why = translate(joined("; ", filter(None, (error.what, error.hint))), preferred(unit.settings.language))
            yield sla_events.StepFailed(command.ticket, command.metric, command.instance, command.level, name, why)
            yield from acting(run_action(unit, run, "notify", OWNER, actor), actor)
    return Outcome(_("steps at {threshold} are done", threshold=command.level), number)


def _notifications_of(unit: Unit, command: RunStep, who: str) -> Iterator[NotifyAgent]:
    ticket = Tickets.of(unit).get(command.ticket)
    return _notifications(unit, ticket, who, command.metric, command.instance, command.level, command.late)


def _reason(unit: Unit, command: RunStep) -> str:
    """Return the reason of an escalation, in the desk's language."""
    language = preferred(unit.settings.language)
    metric = _NAMES(Metric(command.metric), language)
    kind = "overdue" if command.level.startswith("breach") else "due_soon"
    return _TEXTS(kind, language, metric=metric, level=command.level)


HANDLERS: dict[type[Command], Handler] = {RunStep: run_step}
