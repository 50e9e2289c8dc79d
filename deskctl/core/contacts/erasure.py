"""Export and erase the data of a person."""

from __future__ import annotations

from dataclasses import replace

from ...i18n import _, _n, joined
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..tickets.events import CallbackChanged, StatusChanged, WaitingChanged
from ..tickets.model import FINAL, Status
from ..tickets.repository import Tickets
from .commands import EraseContact, ExportContact
from .edit import active_contact
from .events import ContactErased, ContactExported
from .identity import person_contacts
from .model import Contact
from .repository import Contacts


def erase(unit: Unit, command: EraseContact, actor: Actor) -> Steps:
    """Erase texts, names and addresses permanently. The records that messages existed, and their times, stay.

    Open tickets are closed, because no content is left to work on.
    """
    Contacts.of(unit).lock()
    contact = active_contact(unit, command.contact)
    contacts = person_contacts(unit, contact.id)
    found = Contacts.of(unit).source.personal_data(contacts)
    addresses = sum(len(Contacts.of(unit).addresses(number)) for number in contacts)
    Tickets.of(unit).load(found.tickets)
    for number in found.tickets:
        ticket = Tickets.of(unit).get(number)
        if ticket.callback_at is not None:
            yield CallbackChanged(number, ticket.callback_at, None)
        if ticket.waiting_since is not None:
            yield WaitingChanged(number, ticket.waiting_since, None)
        if ticket.status not in FINAL:
            yield StatusChanged(number, ticket.status, Status.CLOSED)
    for number in contacts:
        before = Contacts.of(unit).get(number)
        if before.name:
            Contacts.of(unit).changes.erased_names.add(before.name)
        empty = Contact(number, None, before.created_at, merged_into=before.merged_into, parted=before.parted)
        Contacts.of(unit).put(replace(empty, erased_at=unit.now))
    Contacts.of(unit).changes.erased.update(contacts)
    counts = {
        "tickets": len(found.tickets),
        "messages": found.messages,
        "attachments": found.attachments,
        "outgoing": found.outgoing,
        "addresses": addresses,
    }
    yield ContactErased(None, contact.id, merged=tuple(contacts[1:]), **counts)
    summary = joined(
        ", ",
        (
            _n("{n} ticket", "{n} tickets", counts["tickets"]),
            _n("{n} message", "{n} messages", counts["messages"]),
            _n("{n} attachment", "{n} attachments", counts["attachments"]),
            _n("{n} outgoing message", "{n} outgoing messages", counts["outgoing"]),
            _n("{n} address", "{n} addresses", counts["addresses"]),
        ),
    )
    return Outcome(
        _("contact {contact} erased: {summary}", contact=contact.id, summary=summary),
        facts={"contact": contact.id, **counts},
    )


def export(unit: Unit, command: ExportContact, actor: Actor) -> Steps:
    contact = active_contact(unit, command.contact)
    yield ContactExported(None, contact.id)
    return Outcome(_("contact {contact} exported", contact=contact.id), facts={"contact": contact.id})


HANDLERS: dict[type[Command], Handler] = {EraseContact: erase, ExportContact: export}
