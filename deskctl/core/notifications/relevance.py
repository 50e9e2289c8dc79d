"""Whether what an agent was to be told still holds when it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ..kernel.unit import Unit
from ..sla.clocks import ClockState
from ..tickets.model import ACTIVE, Ticket
from .model import Notice

#: As many tickets are named where nobody is online; there may be more.
_NAMED = 10
_NUMBER = re.compile(r"#(\d+)\b")


def still_true(unit: Unit, notices: Sequence[Notice]) -> list[Notice]:
    """Those that still hold. Tickets and clocks are loaded at once."""
    tickets = {number for notice in notices for number in _tickets(notice)}
    unit.load_tickets(tickets)
    if unit.levels.book.used:
        unit.levels.load(tickets)
    return [notice for notice in notices if _holds(unit, notice)]


def _tickets(notice: Notice) -> list[int]:
    """Of which tickets it is told."""
    if notice.ticket is not None:
        return [notice.ticket]
    return [int(number) for number in _NUMBER.findall(notice.detail or "")] if notice.about in _HOLDS else []


def _holds(unit: Unit, notice: Notice) -> bool:
    holds = _HOLDS.get(notice.about)
    numbers = _tickets(notice)
    if holds is None or not numbers or (notice.about == "nobody" and len(numbers) >= _NAMED):
        return True
    found = (unit.find_ticket(number) for number in numbers)
    return any(holds(unit, notice, ticket) for ticket in found if ticket is not None)


def _theirs(unit: Unit, notice: Notice, ticket: Ticket) -> bool:
    return ticket.assignee == notice.agent


def _for_them(unit: Unit, notice: Notice, ticket: Ticket) -> bool:
    """What was escalated to a team is theirs to take until somebody has."""
    return ticket.assignee == notice.agent or (ticket.assignee is None and not notice.personal)


def _is_work(unit: Unit, notice: Notice, ticket: Ticket) -> bool:
    return ticket.status in ACTIVE and not ticket.spam


def _waits(unit: Unit, notice: Notice, ticket: Ticket) -> bool:
    return _is_work(unit, notice, ticket) and ticket.assignee is None


def _unanswered(unit: Unit, notice: Notice, ticket: Ticket) -> bool:
    return _is_work(unit, notice, ticket) and ticket.waiting_since is not None


def _still_said(unit: Unit, notice: Notice, ticket: Ticket) -> bool:
    """A reply that was undone was none."""
    return notice.message is None or any(head.id == notice.message for head in unit.heads(ticket.number))


def _done(unit: Unit, notice: Notice, ticket: Ticket) -> bool:
    return ticket.status not in ACTIVE and not ticket.spam


def _runs(unit: Unit, notice: Notice, ticket: Ticket) -> bool:
    """The clock is known by the moment that was told; where none has it any more, by any that is not kept yet."""
    if not _is_work(unit, notice, ticket):
        return False
    clocks = list(unit.levels.clocks(ticket.number).values())
    meant = [clock for clock in clocks if clock.due_at and _shown(unit, clock.due_at) in (notice.detail or "")]
    return any(clock.state is not ClockState.FULFILLED for clock in meant or clocks)


def _shown(unit: Unit, due: datetime) -> str:
    """When a clock is due, as `sla.steps` tells it."""
    return due.astimezone(ZoneInfo(unit.settings.timezone)).strftime("%Y-%m-%d %H:%M %Z")


#: Whether it holds of a ticket, by what it is about; what is not here is told whatever has become of it.
_HOLDS: dict[str, Callable[[Unit, Notice, Ticket], bool]] = {
    "new": _is_work,
    "assigned": _theirs,
    "routed": _theirs,
    "escalated": _for_them,
    "nobody": _waits,
    "stuck": _waits,
    "answered": _unanswered,
    "replied": _still_said,
    "solved": _done,
    "reopened": _is_work,
    "due_soon": _runs,
    "overdue": _runs,
}
