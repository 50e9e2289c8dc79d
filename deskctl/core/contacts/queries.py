"""Queries about customers."""

from __future__ import annotations

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListContacts(Query, audience=Audience.AGENT):
    """List contacts, newest first, without merged ones. Filters that are None do not restrict.

    `text` is searched for in names and addresses. Answer: `list[views.ContactRow]`.
    """

    text: str | None = None
    org: str | None = None
    tier: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CountContacts(ListContacts):
    """Count the contacts that `ListContacts` finds with the same filters, without `limit`. Answer: an integer."""


@dataclass(frozen=True, slots=True)
class ShowContact(Query, audience=Audience.AGENT):
    """Show a contact with its newest `limit` messages on all channels; for a merged one, the primary contact.

    `notes` includes internal notes. Answer: `ContactDocument`.
    """

    id: int
    limit: int = 50
    notes: bool = True


@dataclass(frozen=True, slots=True)
class FindContact(Query, audience=Audience.AGENT):
    """Find the contact with an address on any channel; for a merged one, the primary contact.

    Answer: the contact's number. Raises NotFound.
    """

    address: str


@dataclass(frozen=True, slots=True)
class ContactEvents(Query, audience=Audience.AGENT):
    """List the events of a contact, oldest first, without those of its tickets. Answer: a list of events."""

    id: int
