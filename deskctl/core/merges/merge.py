"""Merge a ticket into another one, which gets its later messages."""

from __future__ import annotations

from ...errors import Refused
from ...i18n import _, joined, listed
from ..contacts.identity import combined_contact, person_addresses, primary_contact
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..sla.repository import Sla
from ..sla.spans import open_promise
from ..sla.ticket_history import HISTORY_KINDS, read_history, unanswered
from ..tickets.events import WaitingChanged
from ..tickets.model import REOPENED, Status, Ticket
from ..tickets.repository import Tickets
from ..tickets.status import change_status, editable_ticket
from .carry_over import carry_over, fields_to_carry
from .commands import Merge
from .events import Absorbed, Merged


def merge(unit: Unit, command: Merge, actor: Actor) -> Steps:
    """Merge a ticket into another one.

    Messages stay on their tickets, so that a merge can be undone; views and replies include those of merged tickets.
    A customer who waits for an answer on the merged ticket waits on the other one, since the same time. Promises, due
    times set by an agent, tags, followers, the higher priority and missing fields are carried over.
    """
    if command.ticket == command.into:
        raise Refused(_("a ticket cannot be merged into itself"))
    ticket, into = editable_ticket(unit, command.ticket), editable_ticket(unit, command.into)
    history = read_history(Sla.of(unit).history(ticket.number, HISTORY_KINDS))
    promised = ticket.status is not Status.SOLVED and history is not None and open_promise(history) is not None
    yield Merged(ticket.number, into.number, ticket.status)
    asked = unanswered(history)
    yield Absorbed(into.number, ticket.number, min((word.at for word in asked), default=None))
    yield from carry_over(unit, ticket, into.number)
    if promised and into.status is Status.SOLVED:
        yield from change_status(into, Status.OPEN)  # a promise needs an open ticket
    if ticket.waiting_since is not None:
        if Tickets.of(unit).get(into.number).status in REOPENED:
            yield from change_status(Tickets.of(unit).get(into.number), Status.OPEN)
        waiting = min(ticket.waiting_since, into.waiting_since or ticket.waiting_since)
        if waiting != into.waiting_since:
            yield WaitingChanged(into.number, into.waiting_since, waiting)
    customers = _customers(unit, ticket, into)
    if customers:
        summary = _(
            "ticket {number} is part of ticket {other}; replies go to both customers, {customers}",
            number=ticket.number,
            other=into.number,
            customers=listed(customers),
        )
    else:
        summary = _("ticket {number} is part of ticket {other}", number=ticket.number, other=into.number)
    fields = fields_to_carry(ticket, into)
    if fields:
        took = _("ticket {number} takes over {fields}", number=into.number, fields=", ".join(fields))
        summary = joined("; ", (summary, took))
    return Outcome(summary, (ticket.number, into.number), {"customers": customers, "fields": fields})


def _customers(unit: Unit, ticket: Ticket, into: Ticket) -> list[str]:
    """Return the names of the two customers if they are not one person, else an empty list."""
    if primary_contact(unit, ticket.contact).id == primary_contact(unit, into.contact).id:
        return []
    return [_display_name(unit, one.contact) for one in (into, ticket)]


def _display_name(unit: Unit, number: int) -> str:
    """Return an address, the name or the number of a contact."""
    reached = person_addresses(unit, number)
    return (
        reached[0].address if reached else combined_contact(unit, number).name or _("contact {number}", number=number)
    )


HANDLERS: dict[type[Command], Handler] = {Merge: merge}
