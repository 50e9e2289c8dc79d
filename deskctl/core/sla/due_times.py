"""What somebody promises or sets by hand: the moment a customer may expect an answer, a due moment that sticks."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime
from zoneinfo import ZoneInfo

from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Said, Steps
from ..kernel.unit import Unit
from ..tickets.model import Ticket
from ..tickets.status import workable
from ..values.moments import ahead, shown
from .commands import Promise
from .events import DueSet, Promised
from .policy import MEASURED, Metric

_COMPUTED = ("", "none", "auto")


def promise(unit: Unit, command: Promise, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    due = _moment(unit, command.moment)
    unit.levels.use()
    yield Promised(ticket.number, due)
    by = shown(due, ZoneInfo(unit.settings.timezone))
    facts = {"due": due.isoformat().replace("+00:00", "Z")}
    return Said(f"the customer of ticket {ticket.number} may expect an answer by {by}", (ticket.number,), facts)


def _set_due(metric: Metric) -> Callable[[Unit, Ticket, str], Generator[Event, None, str | None]]:
    def setter(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, str | None]:
        due = None if value.strip().lower() in _COMPUTED else _moment(unit, value)
        unit.levels.use()
        yield DueSet(ticket.number, metric.value, due)
        return None if due is None else shown(due, ZoneInfo(unit.settings.timezone))

    return setter


def _moment(unit: Unit, text: str) -> datetime:
    """Raises UsageError."""
    return ahead(text, unit.now, ZoneInfo(unit.settings.timezone))


#: Fields of `set`: `due` is that of the resolution.
SETTERS = {"due": _set_due(Metric.RESOLUTION), **{f"due.{metric}": _set_due(metric) for metric in MEASURED}}

HANDLERS: dict[type[Command], Handler] = {Promise: promise}
