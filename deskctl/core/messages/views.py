"""The documents of what was said on a ticket, and of who gets the next reply. Part of `answers`."""

from __future__ import annotations

from typing import Any, TypedDict

from ..delivery.views import DeliveryRow


class AttachmentRow(TypedDict):
    id: int
    filename: str
    content_type: str
    size: int
    sha256: str


class ChoiceRow(TypedDict):
    key: str
    label: str


class CallRow(TypedDict):
    """`direction` is in (the customer called) or out."""

    direction: str
    seconds: int | None


class ReplyRow(TypedDict):
    """Who gets the next plain reply: bare addresses, none where nothing can be sent. `why`: in a few words; `warnings`:
    addresses that a message names and that get nothing, senders who are not participants or may be forged."""

    to: list[str]
    cc: list[str]
    why: str
    warnings: list[str]


class MessageRow(TypedDict):
    """`author`: an agent's handle or a customer's address. `delivery`: the outbox state of what goes out, else null;
    `delivery_error`: why it did not arrive, or not yet. `choices`: what the customer could pick. `original`: what it
    said before its sender changed it, null for what was never changed; `version`: how often it was changed. `to`, `cc`
    and `reply_to`: as the message names them; `bcc`: of the desk's own. `doubt`: why it is not verified: dmarc,
    reply_to or stranger; null if it is. `deliveries`: by recipient, [] for what did not go out. `may_answer`: whether
    a machine may answer it, null for what the desk itself wrote."""

    id: int
    kind: str
    author: str | None
    sent_at: str
    subject: str
    text: str
    visible_text: str
    attachments: list[AttachmentRow]
    delivery: str | None
    delivery_error: str | None
    deliveries: list[DeliveryRow]
    ticket: int
    automatic: str | None
    may_answer: bool | None
    verified: bool
    channel: str
    call: CallRow | None
    choices: list[ChoiceRow]
    original: str | None
    version: int
    to: list[str]
    cc: list[str]
    bcc: list[str]
    reply_to: list[str]
    doubt: str | None


class FileContent(TypedDict):
    filename: str
    content_type: str
    size: int
    base64: str


class BlockRow(TypedDict):
    """`pattern` is an address, or `@domain`."""

    pattern: str


class RawMessage(TypedDict):
    """`sha256` names its bytes. `envelope` is what the transport said, null where it was not asked for."""

    id: int
    ticket: int
    channel: str
    author: str | None
    sha256: str
    received_at: str
    envelope: dict[str, Any] | None
