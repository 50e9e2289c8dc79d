"""Changes of the status: solve, close, reopen."""

from __future__ import annotations

from collections.abc import Generator

from ...errors import Refused
from ...i18n import _, joined
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from .commands import Close, Reopen, Solve
from .events import StatusChanged, WaitingChanged
from .field_registry import declared_fields
from .lifecycle import TRANSITIONS
from .model import FINAL, Status, Ticket
from .repository import Tickets


def editable_ticket(unit: Unit, number: int) -> Ticket:
    """Return a ticket that is not closed or merged. Raises NotFound and Refused."""
    ticket = Tickets.of(unit).get(number)
    if ticket.status is Status.MERGED:
        raise Refused(
            _("ticket {number} was merged into {other}", number=number, other=ticket.merged_into),
            _("name {number} instead", number=ticket.merged_into),
        )
    if ticket.status in FINAL:
        raise Refused(
            _("ticket {number} is closed", number=number),
            _("a new message from the customer creates a follow-up ticket"),
        )
    return ticket


def change_status(ticket: Ticket, new: Status) -> Generator[Event, None, None]:
    """Change the status if it differs. Raises Refused for a transition that does not exist."""
    if ticket.status is new:
        return
    if new not in TRANSITIONS[ticket.status]:
        raise Refused(
            _(
                "ticket {number} is {status} and cannot become {new}",
                number=ticket.number,
                status=ticket.status,
                new=new,
            )
        )
    yield StatusChanged(ticket.number, ticket.status, new)
    if new in (Status.SOLVED, Status.CLOSED) and ticket.waiting_since is not None:
        yield WaitingChanged(ticket.number, ticket.waiting_since, None)


def require_fields(unit: Unit, ticket: Ticket) -> None:
    """Raise Refused if the ticket lacks a value that it needs before an agent solves it."""
    required = [field for field in declared_fields(unit.settings).values() if field.required_to_solve]
    missing = [field for field in required if field.name not in ticket.fields]
    if missing:
        raise Refused(
            _(
                "ticket {number} cannot be solved without {fields}",
                number=ticket.number,
                fields=joined(", ", [field.full_name for field in missing]),
            ),
            _(
                "set it first: deskctl set {number} {values}",
                number=ticket.number,
                values=" ".join(f"{field.name}=…" for field in missing),
            ),
        )


def solve(unit: Unit, command: Solve, actor: Actor) -> Steps:
    """Mark the ticket as solved."""
    ticket = editable_ticket(unit, command.ticket)
    if ticket.status is Status.SOLVED:
        return Outcome(_("ticket {number} is already solved", number=ticket.number), (ticket.number,))
    require_fields(unit, ticket)
    yield from change_status(ticket, Status.SOLVED)
    return Outcome(_("ticket {number} is solved", number=ticket.number), (ticket.number,))


def close(unit: Unit, command: Close, actor: Actor) -> Steps:
    """Close the ticket permanently."""
    ticket = Tickets.of(unit).get(command.ticket)
    if ticket.status is Status.CLOSED:
        return Outcome(_("ticket {number} is already closed", number=ticket.number), (ticket.number,))
    ticket = editable_ticket(unit, command.ticket)
    if ticket.status is not Status.SOLVED:
        require_fields(unit, ticket)
    yield from change_status(ticket, Status.CLOSED)
    return Outcome(_("ticket {number} is closed", number=ticket.number), (ticket.number,))


def reopen(unit: Unit, command: Reopen, actor: Actor) -> Steps:
    """Set the ticket to open."""
    ticket = editable_ticket(unit, command.ticket)
    if ticket.status in (Status.OPEN, Status.NEW):
        summary = _("ticket {number} is already {status}", number=ticket.number, status=ticket.status)
        return Outcome(summary, (ticket.number,))
    yield from change_status(ticket, Status.OPEN)
    return Outcome(_("ticket {number} is open again", number=ticket.number), (ticket.number,))


HANDLERS: dict[type[Command], Handler] = {Solve: solve, Close: close, Reopen: reopen}
