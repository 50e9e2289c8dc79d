"""What the rule for recipients looks at, from a transaction's working set."""

from __future__ import annotations

from ..contacts.identity import known, living, reached_at
from ..kernel.unit import Unit
from ..tickets.model import Ticket
from .participants import Requester
from .recipients import Correspondence


def correspondence(unit: Unit, ticket: Ticket) -> Correspondence:
    """The messages and requesters of a ticket and of those merged into it."""
    found = [ticket, *_merged(unit, ticket.number)]
    people = dict.fromkeys(living(unit, one.contact).id for one in found)
    heads = (head for one in found for head in unit.heads(one.number))
    return Correspondence(
        ticket.number,
        ticket.channel,
        tuple(sorted(heads, key=lambda head: head.id)),
        tuple(Requester(n, known(unit, n).name, tuple(reached_at(unit, n))) for n in people),
        unit.settings,
        frozenset(agent.email.lower() for agent in unit.agents.values()),
    )


def _merged(unit: Unit, number: int) -> list[Ticket]:
    """Every ticket that was merged into this one, or into one that was, in this transaction or before."""
    stored = set(unit.source.merged_into(number))
    unit.load_tickets(stored)
    numbers = stored | {n for n, changed in unit.changes.tickets.items() if changed.merged_into == number}
    found = [one for n in sorted(numbers) if (one := unit.ticket(n)).merged_into == number]
    return [each for one in found for each in (one, *_merged(unit, one.number))]
