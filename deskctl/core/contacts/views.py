"""JSON documents of contacts (`docs/reference/json.md`)."""

from __future__ import annotations

from typing import TypedDict


class IdentityRow(TypedDict):
    """An address of a contact.

    `contact` is the contact that has it, which after a merge can differ from the contact of the document. `bounced` is
    the reason why mail is not delivered.
    """

    kind: str
    address: str
    contact: int
    bounced: str | None


class ContactRow(TypedDict):
    """A contact. `addresses` includes those of the contacts merged into it.

    `total` is the number of its tickets, `open` of those that are not solved or closed. `seen_at` is the time of the
    last change of one of them.
    """

    id: int
    name: str | None
    addresses: list[str]
    org: str | None
    tier: str | None
    language: str | None
    timezone: str | None
    total: int
    open: int
    created_at: str
    seen_at: str | None
    erased_at: str | None


class ContactRef(TypedDict):
    """The combined contact of a ticket. `address` is the one that the customer wrote from."""

    id: int
    name: str | None
    address: str | None
    tier: str | None
    org: str | None
