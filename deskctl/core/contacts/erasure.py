"""What a person may ask of whoever keeps their words: a copy of everything, and that nothing is kept."""

from __future__ import annotations

from dataclasses import replace

from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..tickets.events import CallbackChanged, StatusChanged, WaitingChanged
from ..tickets.model import FINAL, Status
from ..tickets.repository import Tickets
from . import commands as c
from .edit import active_contact
from .events import ContactErased, ContactExported
from .identity import person_contacts
from .model import Contact
from .repository import Contacts


def erase(unit: Unit, command: c.EraseContact, actor: Actor) -> Steps:
    """What was said and what they are called is gone for good; that something was said, and when, stays.

    Open tickets are closed: nothing is left on them to work at.
    """
    Contacts.of(unit).lock()
    contact = active_contact(unit, command.contact)
    everybody = person_contacts(unit, contact.id)
    found = Contacts.of(unit).source.belongings(everybody)
    addresses = sum(len(Contacts.of(unit).addresses(number)) for number in everybody)
    Tickets.of(unit).load(found.tickets)
    for number in found.tickets:
        ticket = Tickets.of(unit).get(number)
        if ticket.callback_at is not None:
            yield CallbackChanged(number, ticket.callback_at, None)
        if ticket.waiting_since is not None:
            yield WaitingChanged(number, ticket.waiting_since, None)
        if ticket.status not in FINAL:
            yield StatusChanged(number, ticket.status, Status.CLOSED)
    for number in everybody:
        before = Contacts.of(unit).get(number)
        if before.name:
            Contacts.of(unit).changes.erased_names.add(before.name)
        nobody = Contact(number, None, before.created_at, merged_into=before.merged_into, parted=before.parted)
        Contacts.of(unit).put(replace(nobody, erased_at=unit.now))
    Contacts.of(unit).changes.erased.update(everybody)
    counts = {
        "tickets": len(found.tickets),
        "messages": found.messages,
        "attachments": found.attachments,
        "outgoing": found.outgoing,
        "addresses": addresses,
    }
    yield ContactErased(None, contact.id, merged=tuple(everybody[1:]), **counts)
    words = ", ".join(f"{count} {name if count != 1 else _ONE[name]}" for name, count in counts.items())
    return Outcome(f"contact {contact.id} is erased: {words}", facts={"contact": contact.id, **counts})


_ONE = {
    "tickets": "ticket",
    "messages": "message",
    "attachments": "attachment",
    "outgoing": "outgoing",
    "addresses": "address",
}


def export(unit: Unit, command: c.ExportContact, actor: Actor) -> Steps:
    contact = active_contact(unit, command.contact)
    yield ContactExported(None, contact.id)
    return Outcome(f"contact {contact.id} is exported", facts={"contact": contact.id})


HANDLERS: dict[type[Command], Handler] = {c.EraseContact: erase, c.ExportContact: export}
