"""Find the contact with an address, the contact that it was merged into, and the addresses of a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..values import phone
from .model import Address, Contact, Identity
from .repository import Contacts

if TYPE_CHECKING:
    from ..kernel.unit import Unit


def address_key(kind: str, address: str) -> Address:
    """Return an address in the form in which addresses are compared: lower case, telephone numbers as digits.

    RFC 5321 allows hosts to distinguish the case of the local part; in practice no mail provider does.
    """
    number = phone.normalised(address) if kind == "phone" else None
    return Address(kind, number or address.strip().lower())


def contact_for(unit: Unit, kind: str, address: str | None, name: str | None, language: str | None = None) -> Contact:
    """Return the contact with an address, or a new contact if the address is new or None.

    For a merged contact this is the combined contact. Messages stay with the contact that has the address (see
    `address_owner`), so that a merge can be undone.
    """
    name = name.strip() or None if name else None
    identity = None if address is None else Contacts.of(unit).identity(address_key(kind, address))
    if identity is None:
        contact = Contact(unit.source.next_id("contacts"), name, unit.now, language)
        Contacts.of(unit).add(contact)
        if address is not None:
            Contacts.of(unit).add_identity(Identity(*address_key(kind, address), contact=contact.id))
        return contact
    contact = Contacts.of(unit).get(identity.contact)
    if (contact.name is None and name) or (contact.language is None and language):
        contact = replace(contact, name=contact.name or name, language=contact.language or language)
        Contacts.of(unit).put(contact)
    return contact if contact.merged_into is None else combined_contact(unit, contact.id)


def address_owner(unit: Unit, kind: str, address: str | None, contact: Contact) -> int:
    """Return the id of the contact that has an address, even if it is merged; else that of `contact`.

    `contact` is the result of `contact_for` for the address.
    """
    identity = None if address is None else Contacts.of(unit).identity(address_key(kind, address))
    return contact.id if identity is None else identity.contact


def primary_contact(unit: Unit, number: int) -> Contact:
    """Return the primary contact: the one that a contact was merged into, else the contact. Raises NotFound."""
    contact = Contacts.of(unit).get(number)
    while contact.merged_into is not None:
        contact = Contacts.of(unit).get(contact.merged_into)
    return contact


def person_contacts(unit: Unit, number: int) -> list[int]:
    """Return the ids of a person's contacts: the primary one, then those merged into it, sorted. Raises NotFound."""
    found = [primary_contact(unit, number).id]
    merged = found
    while merged:
        merged = [contact.id for contact in Contacts.of(unit).merged_into(merged)]
        found = found[:1] + sorted(found[1:] + merged)
    return found


def combined_contact(unit: Unit, number: int) -> Contact:
    """Return the primary contact; its empty fields are filled in from the contacts merged into it, the oldest first."""
    first, *others = (Contacts.of(unit).get(n) for n in person_contacts(unit, number))
    return combine(first, others)


def combine(contact: Contact, merged: Iterable[Contact]) -> Contact:
    """Return a contact whose empty fields are filled in from `merged`, in this order."""
    for other in merged:
        contact = replace(
            contact,
            name=contact.name or other.name,
            language=contact.language or other.language,
            org=contact.org or other.org,
            tier=contact.tier or other.tier,
            timezone=contact.timezone or other.timezone,
        )
    return contact


def person_addresses(unit: Unit, number: int) -> list[Identity]:
    """Return all addresses of a contact's person: those of the contact first; the oldest of each contact first."""
    numbers = [number, *(n for n in person_contacts(unit, number) if n != number)]
    return [identity for n in numbers for identity in Contacts.of(unit).addresses(n)]
