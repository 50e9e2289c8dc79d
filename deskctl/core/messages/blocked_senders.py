"""Patterns of blocked senders: an address, or `@domain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contacts.repository import Contacts
from .repository import Messages

if TYPE_CHECKING:
    from ..kernel.unit import Unit


def pattern_of(unit: Unit, contact: int, place: int, domain: bool) -> str:
    """Return the pattern that blocks one of a contact's addresses or its domain; "" if the address was removed."""
    addresses = Contacts.of(unit).addresses(contact)
    address = addresses[place].address.lower() if place < len(addresses) else ""
    return "@" + address.rpartition("@")[2] if address and domain else address


def is_listed(unit: Unit, pattern: str) -> bool:
    """Return True if this exact pattern is blocked, with the changes of this transaction."""
    return Messages.of(unit).changes.blocked.get(pattern, pattern in Messages.of(unit).source.blocks())
