"""Two tickets that are one matter: the first closes with a pointer, and what comes later follows it."""

from __future__ import annotations

from ...errors import Refused
from ..contacts.identity import combined_contact, person_addresses, primary_contact
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..sla.pauses import open_promise
from ..sla.repository import Sla
from ..sla.ticket_history import HISTORY_KINDS, read_history, unanswered
from ..tickets import commands as c
from ..tickets.events import WaitingChanged
from ..tickets.merge_events import Absorbed, Merged
from ..tickets.model import REOPENED, Status, Ticket
from ..tickets.repository import Tickets
from ..tickets.status import change_status, editable_ticket
from .carry_over import carry_over


def merge(unit: Unit, command: c.Merge, actor: Actor) -> Steps:
    """Messages stay where they were written, so that a merge can be undone; whoever shows or answers the
    ticket takes in those of the merged ones. Who waits for an answer there waits for it here, since as long. Promises,
    due times set by hand, tags, followers and the higher priority are carried over."""
    if command.ticket == command.into:
        raise Refused("a ticket cannot be merged into itself")
    ticket, into = editable_ticket(unit, command.ticket), editable_ticket(unit, command.into)
    history = read_history(Sla.of(unit).history(ticket.number, HISTORY_KINDS))
    promised = ticket.status is not Status.SOLVED and history is not None and open_promise(history) is not None
    yield Merged(ticket.number, into.number, ticket.status)
    asked = unanswered(history)
    yield Absorbed(into.number, ticket.number, min((word.at for word in asked), default=None))
    yield from carry_over(unit, ticket, into.number)
    if promised and into.status is Status.SOLVED:
        yield from change_status(into, Status.OPEN)  # a solved ticket keeps no promise
    if ticket.waiting_since is not None:
        if Tickets.of(unit).get(into.number).status in REOPENED:
            yield from change_status(Tickets.of(unit).get(into.number), Status.OPEN)
        waiting = min(ticket.waiting_since, into.waiting_since or ticket.waiting_since)
        if waiting != into.waiting_since:
            yield WaitingChanged(into.number, into.waiting_since, waiting)
    customers = _customers(unit, ticket, into)
    both = f"; they are of two customers, {' and '.join(customers)}: replies go to both" if customers else ""
    facts = {"customers": customers}
    return Outcome(f"ticket {ticket.number} is part of ticket {into.number}{both}", (ticket.number, into.number), facts)


def _customers(unit: Unit, ticket: Ticket, into: Ticket) -> list[str]:
    """How the customers are known whose tickets these are, where they are not one person."""
    if primary_contact(unit, ticket.contact).id == primary_contact(unit, into.contact).id:
        return []
    return [_known_as(unit, one.contact) for one in (into, ticket)]


def _known_as(unit: Unit, number: int) -> str:
    reached = person_addresses(unit, number)
    return reached[0].address if reached else combined_contact(unit, number).name or f"contact {number}"


HANDLERS: dict[type[Command], Handler] = {c.Merge: merge}
