"""Who a message is from: the contact behind an address, made when there is none, and who that turned out to be."""

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
    """How an address is compared: whole, lower-cased (RFC 5321 leaves the local part's case to its host;
    no host that people write from uses it). Telephone numbers by their digits."""
    number = phone.normalised(address) if kind == "phone" else None
    return Address(kind, number or address.strip().lower())


def contact_for(unit: Unit, kind: str, address: str | None, name: str | None, language: str | None = None) -> Contact:
    """Whom `address` reaches; a new contact for a new address, or when there is no address at all.

    Of a merged contact it is the one that lives on, with what is known of either. What they write stays with the
    contact that holds the address (`holder`), so that a merge can be taken back.
    """
    name = name.strip() or None if name else None
    identity = None if address is None else Contacts.of(unit).identity(address_key(kind, address))
    if identity is None:
        contact = Contact(unit.source.next_id("contacts"), name, unit.now, language)
        Contacts.of(unit).put(contact)
        if address is not None:
            Contacts.of(unit).add_identity(Identity(*address_key(kind, address), contact=contact.id))
        return contact
    contact = Contacts.of(unit).get(identity.contact)
    if (contact.name is None and name) or (contact.language is None and language):
        contact = replace(contact, name=contact.name or name, language=contact.language or language)
        Contacts.of(unit).put(contact)
    return contact if contact.merged_into is None else combined_contact(unit, contact.id)


def address_owner(unit: Unit, kind: str, address: str | None, contact: Contact) -> int:
    """The id of the contact that the address is of, whomever that was merged into. `contact` is `contact_for`'s."""
    identity = None if address is None else Contacts.of(unit).identity(address_key(kind, address))
    return contact.id if identity is None else identity.contact


def primary_contact(unit: Unit, number: int) -> Contact:
    """The contact that this one is now. Raises NotFound."""
    contact = Contacts.of(unit).get(number)
    while contact.merged_into is not None:
        contact = Contacts.of(unit).get(contact.merged_into)
    return contact


def person_contacts(unit: Unit, number: int) -> list[int]:
    """The contact that lives on, then everyone who was merged into it, by id. Raises NotFound."""
    found = [primary_contact(unit, number).id]
    asked = found
    while asked:
        asked = [contact.id for contact in Contacts.of(unit).merged_into(asked)]
        found = found[:1] + sorted(found[1:] + asked)
    return found


def combined_contact(unit: Unit, number: int) -> Contact:
    """The contact that lives on; what is not known of it is taken from those merged into it, the oldest first."""
    first, *others = (Contacts.of(unit).get(n) for n in person_contacts(unit, number))
    return combine(first, others)


def combine(contact: Contact, merged: Iterable[Contact]) -> Contact:
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
    """Every address of the person that a contact is: its own first, each contact's oldest first."""
    own = [number, *(n for n in person_contacts(unit, number) if n != number)]
    return [identity for n in own for identity in Contacts.of(unit).addresses(n)]
