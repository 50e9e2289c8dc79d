"""The shapes of answers about outgoing messages."""

from __future__ import annotations

from typing import TypedDict


class DeliveryRow(TypedDict):
    """What became of an outgoing message for one recipient.

    `field` is to, cc or bcc. `state` is the outbox state, or failed, delayed or delivered as a report says of this
    recipient; then `status` (RFC 3463), `reason_class` and `reason` are the report's, else null.
    """

    address: str
    field: str
    state: str
    status: str | None
    reason_class: str | None
    reason: str | None


class OutboxRow(TypedDict):
    """`state`: queued, claimed, sending, sent, retry, uncertain, failed or cancelled."""

    id: int
    ticket: int | None
    to: list[str]
    state: str
    attempts: int
    next_attempt_at: str | None
    last_error: str | None
    message_id: str | None  # null for notifications to others: a secret of the recipient


class BounceRow(TypedDict):
    """What came back, and on which message of the ticket. `status` is an enhanced status code (RFC 3463)."""

    at: str
    permanent: bool
    status: str | None
    message: int


class SentFile(TypedDict):
    filename: str
    content_type: str
    size: int
    sha256: str


class OutboxDocument(OutboxRow):
    """`gives_up_at`: when it fails for good unless it leaves before, null for what is not tried any more."""

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
