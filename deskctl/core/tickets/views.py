"""The documents that queries answer with: JSON schema version 1, as `docs/reference/json.md` describes it.

Moments are RFC 3339 in UTC ("2026-03-01T09:00:00Z"); what is missing is null.
"""

from __future__ import annotations

from typing import Any, TypedDict

from ..contacts.views import ContactRef
from ..messages.seen_views import ComposingRow
from ..messages.views import MessageRow, ReplyRow

SCHEMA_VERSION = 1


class TicketRow(TypedDict):
    """`due_at`: when the first running clock is due. `sla`: breached, warned, running, paused; null without clocks."""

    number: int
    subject: str
    status: str
    priority: str
    channel: str
    team: str | None
    assignee: str | None
    contact: ContactRef
    tags: list[str]
    language: str | None
    created_at: str
    updated_at: str
    waiting_since: str | None
    due_at: str | None
    sla: str | None
    callback_at: str | None
    tier: str | None
    approval: str | None


class EventRow(TypedDict):
    """`kind`, `at`, `by` and the facts of the kind beside them."""

    kind: str
    at: str
    by: str
    command: int


class BouncedRow(TypedDict):
    """An address that mail does not reach."""

    address: str
    reason: str


class OtherTicket(TypedDict):
    """Another open ticket of the same customer."""

    number: int
    subject: str
    status: str
    channel: str
    updated_at: str


class TicketDocument(TicketRow):
    """`newest_in`: id of the newest message by a person among the customer's, 0 when there is none.

    `spam_reason`: a relay's verdict or who said so, null for what is no spam. `bounced`: the contact's addresses
    that mail does not reach. `elsewhere`: the customer's other open tickets, newest change first. `addresses`: where
    the customer writes from, on every channel. `reply`: who gets the next plain reply.
    """

    addresses: list[str]
    elsewhere: list[OtherTicket]
    followers: list[str]
    merged_into: int | None
    merged: list[int]
    follows: int | None
    spam: bool
    spam_reason: str | None
    bounced: list[BouncedRow]
    messages: list[MessageRow]
    events: list[dict[str, Any]]
    newest_in: int
    reply: ReplyRow
    composing: list[ComposingRow]
