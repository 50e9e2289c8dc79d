"""The documents about customers, as `docs/reference/json.md` describes them."""

from __future__ import annotations

from typing import TypedDict


class IdentityRow(TypedDict):
    """`contact` is whose it is: another one's than the document's after a merge. `bounced`: why mail does not
    arrive."""

    kind: str
    address: str
    contact: int
    bounced: str | None


class ContactRow(TypedDict):
    """`addresses` are those of whoever was merged into the contact, too. `total` counts their
    tickets, `open` those that are not solved or closed. `seen_at`: when one of the tickets changed last."""

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
    """The contact that lives on, with what is known of those merged into it; `address` is what they wrote from."""

    id: int
    name: str | None
    address: str | None
    tier: str | None
    org: str | None
