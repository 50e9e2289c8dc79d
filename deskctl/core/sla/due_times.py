"""Promises to customers, and due times that an agent sets."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime
from zoneinfo import ZoneInfo

from ...i18n import _
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..tickets.model import Ticket
from ..tickets.status import editable_ticket
from ..values.moments import format_moment, future_moment
from .commands import Promise
from .events import DueSet, Promised
from .policy import MEASURED, Metric
from .repository import Sla

_COMPUTED = ("", "none", "auto")


def promise(unit: Unit, command: Promise, actor: Actor) -> Steps:
    ticket = editable_ticket(unit, command.ticket)
    due = _moment(unit, command.moment)
    Sla.of(unit).use()
    yield Promised(ticket.number, due)
    by = format_moment(due, ZoneInfo(unit.settings.timezone))
    facts = {"due": due.isoformat().replace("+00:00", "Z")}
    summary = _("promised the customer of ticket {number} an answer by {due}", number=ticket.number, due=by)
    return Outcome(summary, (ticket.number,), facts)


def _set_due(metric: Metric) -> Callable[[Unit, Ticket, str], Generator[Event, None, str | None]]:
    def setter(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, str | None]:
        due = None if value.strip().lower() in _COMPUTED else _moment(unit, value)
        Sla.of(unit).use()
        yield DueSet(ticket.number, metric.value, due)
        return None if due is None else format_moment(due, ZoneInfo(unit.settings.timezone))

    return setter


def _moment(unit: Unit, text: str) -> datetime:
    """Parse a time in the future. Raises UsageError."""
    return future_moment(text, unit.now, ZoneInfo(unit.settings.timezone))


#: The fields of `set` for due times; `due` is the due time of the resolution.
SETTERS = {"due": _set_due(Metric.RESOLUTION), **{f"due.{metric}": _set_due(metric) for metric in MEASURED}}

HANDLERS: dict[type[Command], Handler] = {Promise: promise}
