"""Find the data that the store holds about a person: tickets, their messages, and the person's messages on other
tickets.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, func, or_, select

from ...core.contacts.model import PersonalData
from ..tables import attachments, messages, outbox, tickets


def is_message_of(contacts: Collection[int]) -> ColumnElement[bool]:
    """Return the condition for messages on these contacts' tickets and for their own messages on other tickets."""
    own_tickets = select(tickets.c.number).where(tickets.c.contact.in_(contacts))
    return or_(messages.c.ticket.in_(own_tickets), messages.c.contact.in_(contacts))


def personal_data(connection: Connection, contacts: Collection[int]) -> PersonalData:
    own_tickets = select(tickets.c.number).where(tickets.c.contact.in_(contacts)).order_by(tickets.c.number)
    numbers = tuple(connection.execute(own_tickets).scalars())
    message_ids = select(messages.c.id).where(is_message_of(contacts))
    files = select(func.count()).where(attachments.c.message.in_(message_ids))
    sent = select(func.count()).where(outbox.c.ticket.in_(select(own_tickets.subquery().c.number)))
    return PersonalData(
        numbers,
        len(connection.execute(message_ids).all()),
        connection.execute(files).scalar_one(),
        connection.execute(sent).scalar_one(),
    )
