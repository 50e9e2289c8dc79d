"""The JSON document of a customer: their record with their tickets and messages (`docs/reference/json.md`)."""

from __future__ import annotations

from typing import Any, TypedDict

from ..contacts.views import ContactRow, IdentityRow
from ..messages.views import AttachmentRow, CallRow
from .views import TicketRow


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
