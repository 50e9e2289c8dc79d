"""Patterns of blocked senders: an address, or `@domain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contacts.repository import Contacts
from .repository import Messages

if TYPE_CHECKING:
    from ..kernel.unit import Unit


def pattern_of(unit: Unit, contact: int, place: int, domain: bool) -> str:
    """What blocks one of a contact's addresses, or everybody at its domain; "" when the address is gone."""
    addresses = Contacts.of(unit).addresses(contact)
    address = addresses[place].address.lower() if place < len(addresses) else ""
    return "@" + address.rpartition("@")[2] if address and domain else address


def is_listed(unit: Unit, pattern: str) -> bool:
    """Whether this very pattern is blocked, as this transaction leaves it."""
    return Messages.of(unit).changes.blocked.get(pattern, pattern in Messages.of(unit).source.blocks())
