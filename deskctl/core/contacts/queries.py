"""Questions about customers."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListContacts(Query, audience=Audience.AGENT):
    """Customers, newest first; those merged into another are not among them. Empty filters do not restrict; `text`
    is looked for in names and addresses. Answer: `list[customer_answers.ContactRow]`.
    """

    text: str | None = None
    org: str | None = None
    tier: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CountContacts(ListContacts):
    """How many customers `ListContacts` with the same filters would find; `limit` is ignored. Answer: an integer."""


@dataclass(frozen=True, slots=True)
class ShowContact(Query, audience=Audience.AGENT):
    """A customer with the newest `limit` of all that was said, on every channel. Of a merged one it is whom they were
    merged into. Without notes unless `notes` says so. Answer: `customer_answers.ContactDocument`.
    """

    id: int
    limit: int = 50
    notes: bool = True


@dataclass(frozen=True, slots=True)
class FindContact(Query, audience=Audience.AGENT):
    """The customer whom `address` reaches, on whatever channel; for a merged one whom they were merged into.

    Answer: the contact's number. Raises NotFound.
    """

    address: str


@dataclass(frozen=True, slots=True)
class ContactEvents(Query, audience=Audience.AGENT):
    """What happened to a customer, apart from their tickets, oldest first. Answer: a list of events."""

    id: int
