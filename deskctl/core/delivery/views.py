"""JSON documents of outgoing messages (`docs/reference/json.md`)."""

from __future__ import annotations

from typing import TypedDict


class DeliveryRow(TypedDict):
    """The delivery state of an outgoing message for one recipient.

    `field` is to, cc or bcc. `state` is the outbox state, or failed, delayed or delivered if a report contains this
    recipient; then `status` (RFC 3463), `reason_class` and `reason` are from the report, else null.
    """

    address: str
    field: str
    state: str
    status: str | None
    reason_class: str | None
    reason: str | None


class OutboxRow(TypedDict):
    """An outgoing message. `state`: queued, claimed, sending, sent, retry, uncertain, failed or cancelled."""

    id: int
    ticket: int | None
    to: list[str]
    state: str
    attempts: int
    next_attempt_at: str | None
    last_error: str | None
    message_id: str | None  # null for notifications of other agents, which keep it secret


class BounceRow(TypedDict):
    """A bounce. `message` is the report on the ticket, `status` an enhanced status code (RFC 3463)."""

    at: str
    permanent: bool
    status: str | None
    message: int


class SentFile(TypedDict):
    """An attachment of an outgoing message."""

    filename: str
    content_type: str
    size: int
    sha256: str


class OutboxDocument(OutboxRow):
    """An outgoing message in full.

    `gives_up_at` is the time when it fails unless it is sent before, null if it is not tried again.
    """

    kind: str
    channel: str
    cc: list[str]
    bcc: list[str]
    deliveries: list[DeliveryRow]
    subject: str
    text: str
    attachments: list[SentFile]
    created_at: str
    sent_at: str | None
    gives_up_at: str | None
    bounces: list[BounceRow]
