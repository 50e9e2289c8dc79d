"""The input of the rule for recipients, from a unit."""

from __future__ import annotations

from ..agents.repository import Agents
from ..contacts.identity import combined_contact, person_addresses, primary_contact
from ..kernel.unit import Unit
from ..tickets.model import Ticket
from ..tickets.repository import Tickets
from .participants import Requester
from .recipients import Correspondence
from .repository import Messages


def correspondence(unit: Unit, ticket: Ticket) -> Correspondence:
    """Return the messages and requesters of a ticket and of those merged into it."""
    found = [ticket, *_merged(unit, ticket.number)]
    people = dict.fromkeys(primary_contact(unit, one.contact).id for one in found)
    heads = (head for one in found for head in Messages.of(unit).heads(one.number))
    return Correspondence(
        ticket.number,
        ticket.channel,
        tuple(sorted(heads, key=lambda head: head.id)),
        tuple(Requester(n, combined_contact(unit, n).name, tuple(person_addresses(unit, n))) for n in people),
        unit.settings,
        frozenset(agent.email.lower() for agent in Agents.of(unit).agents.values()),
    )


def _merged(unit: Unit, number: int) -> list[Ticket]:
    """Return every ticket that was merged into this one, directly or not, in this transaction or before."""
    stored = set(Tickets.of(unit).merged_into(number))
    Tickets.of(unit).load(stored)
    numbers = stored | {n for n, changed in Tickets.of(unit).changes.tickets.items() if changed.merged_into == number}
    found = [one for n in sorted(numbers) if (one := Tickets.of(unit).get(n)).merged_into == number]
    return [each for one in found for each in (one, *_merged(unit, one.number))]
