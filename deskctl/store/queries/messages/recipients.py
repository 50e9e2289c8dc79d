"""Predict the recipients of a reply, by the same rule that sends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from ....core.delivery.routes import reply_channel
from ....core.kernel.settings import Settings
from ....core.messages.participants import Requester
from ....core.messages.recipients import Correspondence, Recipients, decide, unanswerable
from ....core.tickets.model import FINAL, Status
from ....errors import Refused
from ... import rows
from ...messages.conversations import HEAD
from ...tables import agents, identities, messages, tickets
from ..contacts.identity import persons

if TYPE_CHECKING:
    from ....core.messages.views import ReplyRow


def reply_document(connection: Connection, ticket: Any, merged: Sequence[int], settings: Settings) -> ReplyRow:
    """Return the recipients of the next plain reply to a ticket (a row of `tickets`), none if a reply is impossible."""
    found = _recipients(connection, ticket, merged, settings)
    return {"to": list(found.to), "cc": list(found.cc), "why": found.why, "warnings": list(found.warnings)}


def _recipients(connection: Connection, ticket: Any, merged: Sequence[int], settings: Settings) -> Recipients:
    if Status(ticket.status) in FINAL:
        return Recipients((), why=f"the ticket is {ticket.status}")
    correspondence = _correspondence(connection, ticket, merged, settings)
    try:
        return decide(
            correspondence, reply_channel(settings, ticket.number, ticket.channel, correspondence.heads, None)
        )
    except Refused as reason:
        return unanswerable(reason)


def _correspondence(connection: Connection, ticket: Any, merged: Sequence[int], settings: Settings) -> Correspondence:
    numbers = [ticket.number, *merged]
    said = select(*HEAD).where(messages.c.ticket.in_(numbers), messages.c.withdrawn.is_(False))
    heads = [rows.message_head(row) for row in connection.execute(said.order_by(messages.c.id))]
    asked = select(tickets.c.contact).where(tickets.c.number.in_(merged)).order_by(tickets.c.number)
    contacts = [ticket.contact, *connection.execute(asked).scalars()]
    people = persons(connection, contacts)
    members = {people[number].contact.id: people[number] for number in contacts}
    requesters = [
        Requester(number, person.contact.name, _addresses(connection, person.members))
        for number, person in members.items()
    ]
    ours = frozenset(email.lower() for email in connection.execute(select(agents.c.email)).scalars())
    return Correspondence(ticket.number, ticket.channel, tuple(heads), tuple(requesters), settings, ours)


def _addresses(connection: Connection, members: Sequence[int]) -> tuple[Any, ...]:
    """Return the addresses of a person: the contact's own first, the oldest first for each contact."""
    query = select(identities).where(identities.c.contact.in_(members)).order_by(identities.c.id)
    found = [rows.identity(row) for row in connection.execute(query)]
    return tuple(sorted(found, key=lambda identity: members.index(identity.contact)))
