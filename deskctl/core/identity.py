"""Who a message is from: the contact behind an address, made when there is none."""

from __future__ import annotations

from dataclasses import replace

from .people import Contact, Identity
from .ports import Address
from .unit import Unit


def address_key(kind: str, address: str) -> Address:
    """How an address is compared: whole, lower-cased (RFC 5321 leaves the local part's case to its host;
    no host that people write from uses it)."""
    return Address(kind, address.strip().lower())


def contact_for(unit: Unit, kind: str, address: str | None, name: str | None, language: str | None = None) -> Contact:
    """The contact whom `address` reaches; a new one for a new address, or when there is no address at all."""
    name = name.strip() or None if name else None
    if address is None:
        contact = Contact(unit.source.next_id("contacts"), name, unit.now, language)
        unit.put_contact(contact)
        return contact
    key = address_key(kind, address)
    identity = unit.identity(key)
    if identity is not None:
        contact = unit.contact(identity.contact)
        if (contact.name is None and name) or (contact.language is None and language):
            contact = replace(contact, name=contact.name or name, language=contact.language or language)
            unit.put_contact(contact)
        return contact
    contact = Contact(unit.source.next_id("contacts"), name, unit.now, language)
    unit.put_contact(contact)
    unit.add_identity(Identity(kind=key.kind, address=key.address, contact=contact.id))
    return contact
