"""Build units directly, so that tests of the store do not depend on the rules of the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from deskctl.core.contacts.model import Address, Contact, Identity
from deskctl.core.contacts.repository import Contacts
from deskctl.core.delivery.model import OutboxEntry, OutboxKind
from deskctl.core.delivery.repository import Outbox
from deskctl.core.intake.journal import JournalEntry
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.events import MessageReceived
from deskctl.core.messages.model import Envelope, IncomingFile, MessageKind
from deskctl.core.messages.repository import Messages
from deskctl.core.messages.thread import Message
from deskctl.core.tickets.events import TicketCreated
from deskctl.core.tickets.model import Ticket
from deskctl.core.tickets.repository import Tickets

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
INTAKE = Actor.system("intake")


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


def open_ticket(
    unit: Unit,
    *,
    address: str = "ana@example.org",
    subject: str = "Printer",
    text: str = "It burns.",
    files: tuple[IncomingFile, ...] = (),
    raw_sha256: str | None = None,
    **fields: Any,
) -> Ticket:
    """Create a ticket with one message from a customer, as intake does. `fields` are fields of the ticket."""
    unit.begin("receive", INTAKE, undoable=False)
    identity = Contacts.of(unit).identity(Address("email", address))
    if identity is None:
        contact = Contact(unit.source.next_id("contacts"), address.partition("@")[0].title(), unit.now)
        Contacts.of(unit).put(contact)
        identity = Identity("email", address, contact.id)
        Contacts.of(unit).add_identity(identity)
    number = unit.source.next_id("tickets")
    ticket = Ticket(number, subject, "support", identity.contact, unit.now, unit.now, unit.now)
    Tickets.of(unit).add(ticket)
    message = add_message(unit, number, author=address, subject=subject, text=text, files=files, raw_sha256=raw_sha256)
    Tickets.of(unit).add_participants(number, (address,))
    unit.record(TicketCreated(number, "support", identity.contact), INTAKE)
    unit.record(MessageReceived(number, message.id), INTAKE)
    return change_ticket(unit, number, **fields)


def change_ticket(unit: Unit, number: int, **fields: Any) -> Ticket:
    """Change fields of a ticket, as events of a desk do."""
    changed = replace(Tickets.of(unit).get(number), **fields)
    Tickets.of(unit).changes.tickets[number] = changed
    return changed


def add_message(unit: Unit, ticket: int, **fields: Any) -> Message:
    """Add a message to a ticket, from the customer unless `kind` is given."""
    number = unit.source.next_id("messages")
    defaults: dict[str, Any] = {
        "kind": MessageKind.IN,
        "channel": "support",
        "author": "ana@example.org",
        "sent_at": unit.now,
        "created_at": unit.now,
        "subject": "Printer",
        "text": "It burns.",
        "message_id": f"<{number}@example.org>",
    }
    values = defaults | fields
    message = Message(id=number, ticket=ticket, **{"visible_text": values["text"]} | values)
    Messages.of(unit).add(message)
    return message


def enqueue(unit: Unit, ticket: int | None = None, **fields: Any) -> OutboxEntry:
    """Create an outgoing message that is due now."""
    number = unit.source.next_id("outbox")
    entry = OutboxEntry(
        id=number,
        kind=OutboxKind.REPLY,
        channel="support",
        message_id=f"<{unit.source.token()}@desk.example>",
        to=("ana@example.org",),
        subject="Re: Printer",
        text="We are on it.",
        created_at=unit.now,
        due_at=unit.now,
        ticket=ticket,
    )
    entry = replace(entry, **fields)
    Outbox.of(unit).add(entry)
    return entry


def mail(key: str, raw: bytes = b"Subject: Printer\r\n\r\nIt burns.\r\n", channel: str = "support") -> JournalEntry:
    """Return a journal entry as a channel delivers it."""
    return JournalEntry(channel, key, Envelope("smtp", NOON, "ana@example.org", ("support@desk.example",)), raw)


def create_each(make: Callable[[Unit, Any], Ticket], values: Iterable[Any]) -> Callable[[Unit], list[int]]:
    """Return the work of one transaction that creates a ticket for each value and returns the numbers."""
    return lambda unit: [make(unit, value).number for value in values]


def lose_instances(url: str) -> None:
    """Terminate the connections that prove that daemons are alive, as if the daemons had died."""
    with psycopg.connect(url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = 'deskctl instance' AND datname = current_database()"
        )
        assert all(row[0] for row in ended), "every connection ended"
