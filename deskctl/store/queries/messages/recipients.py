"""Predict the recipients of a reply, by the same rule that sends it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, bindparam, select

from ....core.contacts.model import Identity
from ....core.delivery.routes import reply_channel
from ....core.kernel.settings import Settings
from ....core.messages.participants import Requester
from ....core.messages.recipients import Correspondence, Recipients, decide, unanswerable
from ....core.tickets.model import FINAL, Status
from ....errors import Refused
from ... import rows
from ...messages.conversations import HEAD
from ...tables import agents, messages, tickets
from ..contacts.identity import Person, identities_of, persons

if TYPE_CHECKING:
    from ....core.messages.views import ReplyRow


def reply_document(
    connection: Connection,
    ticket: Any,
    merged: Sequence[int],
    who: Person,
    known: Sequence[Identity],
    settings: Settings,
) -> ReplyRow:
    """Return the recipients of the next plain reply to a ticket (a row of `tickets`), none if a reply is impossible.

    `who` is the customer, `known` are their identities.
    """
    if Status(ticket.status) in FINAL:
        found = Recipients((), why=f"the ticket is {ticket.status}")
    else:
        found = _recipients(_correspondence(connection, ticket, merged, who, known, settings))
    return {"to": list(found.to), "cc": list(found.cc), "why": found.why, "warnings": list(found.warnings)}


def _recipients(correspondence: Correspondence) -> Recipients:
    settings, number, channel = correspondence.settings, correspondence.number, correspondence.channel
    try:
        return decide(correspondence, reply_channel(settings, number, channel, correspondence.heads, None))
    except Refused as reason:
        return unanswerable(reason)


def _correspondence(
    connection: Connection,
    ticket: Any,
    merged: Sequence[int],
    who: Person,
    known: Sequence[Identity],
    settings: Settings,
) -> Correspondence:
    numbers = {"tickets": [ticket.number, *merged]}
    heads = [rows.message_head(row) for row in connection.execute(_heads(), numbers)]
    members = {who.contact.id: who}
    if merged:
        asked = select(tickets.c.contact).where(tickets.c.number.in_(merged)).order_by(tickets.c.number)
        contacts = connection.execute(asked).scalars().all()
        people = persons(connection, contacts)
        for number in contacts:
            members.setdefault(people[number].contact.id, people[number])
    requesters = [
        Requester(
            number,
            person.contact.name,
            _addresses(known if person is who else identities_of(connection, person.members), person.members),
        )
        for number, person in members.items()
    ]
    ours = frozenset(email.lower() for email in connection.execute(_agents()).scalars())
    return Correspondence(ticket.number, ticket.channel, tuple(heads), tuple(requesters), settings, ours)


def _addresses(known: Sequence[Identity], members: Sequence[int]) -> tuple[Identity, ...]:
    """Return the addresses of a person: the contact's own first, the oldest first for each contact."""
    return tuple(sorted(known, key=lambda identity: members.index(identity.contact)))


@cache
def _heads() -> Select[Any]:
    wanted = messages.c.ticket.in_(bindparam("tickets", expanding=True)), messages.c.withdrawn.is_(False)
    return select(*HEAD).where(*wanted).order_by(messages.c.id)


@cache
def _agents() -> Select[Any]:
    return select(agents.c.email)
