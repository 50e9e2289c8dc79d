"""What the store holds of a person: tickets, what was said on them, and what they said on the tickets of others."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, func, or_, select

from ..core.contacts.model import Belongings
from .tables import attachments, messages, outbox, tickets


def said_by_or_to(contacts: Collection[int]) -> ColumnElement[bool]:
    """Messages on these contacts' tickets, and their own on any other."""
    own = select(tickets.c.number).where(tickets.c.contact.in_(contacts))
    return or_(messages.c.ticket.in_(own), messages.c.contact.in_(contacts))


def belongings(connection: Connection, contacts: Collection[int]) -> Belongings:
    own = select(tickets.c.number).where(tickets.c.contact.in_(contacts)).order_by(tickets.c.number)
    numbers = tuple(connection.execute(own).scalars())
    said = select(messages.c.id).where(said_by_or_to(contacts))
    files = select(func.count()).where(attachments.c.message.in_(said))
    sent = select(func.count()).where(outbox.c.ticket.in_(select(own.subquery().c.number)))
    return Belongings(
        numbers,
        len(connection.execute(said).all()),
        connection.execute(files).scalar_one(),
        connection.execute(sent).scalar_one(),
    )
