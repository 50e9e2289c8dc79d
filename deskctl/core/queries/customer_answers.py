"""The documents about customers, as `docs/reference/json.md` describes them."""

from __future__ import annotations

from typing import Any, TypedDict

from .answers import AttachmentRow, CallRow, TicketRow


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


class SaidRow(TypedDict):
    """Something that was said on one of a customer's tickets. `attachments` are ids and names."""

    message: int
    ticket: int
    subject: str
    channel: str
    kind: str
    author: str | None
    sent_at: str
    text: str
    attachments: list[AttachmentRow]
    call: CallRow | None


class ContactDocument(ContactRow):
    """`merged`: who was merged into the contact. `tickets`: newest change first. `timeline`: oldest first;
    `earlier` is how much came before it. `events`: what happened to the contact itself."""

    merged: list[int]
    identities: list[IdentityRow]
    tickets: list[TicketRow]
    timeline: list[SaidRow]
    earlier: int
    events: list[dict[str, Any]]
