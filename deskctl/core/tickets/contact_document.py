"""The JSON document of a customer: their record with their tickets and messages (`docs/reference/json.md`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from ..contacts.views import ContactRow, IdentityRow

if TYPE_CHECKING:
    from ..messages.views import AttachmentRow, CallRow
    from .views import TicketRow


class SaidRow(TypedDict):
    """A message on one of a customer's tickets. `attachments` have ids and names."""

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
    """A contact with their tickets and messages.

    `merged` are the numbers of contacts that were merged into this one. `tickets` has the newest change first,
    `timeline` the oldest message first; `earlier` is the number of messages before it. `events` concern the contact.
    """

    merged: list[int]
    identities: list[IdentityRow]
    tickets: list[TicketRow]
    timeline: list[SaidRow]
    earlier: int
    events: list[dict[str, Any]]
