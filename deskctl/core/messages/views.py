"""The documents of messages, and of the recipients of the next reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from ..delivery.views import DeliveryRow


class AttachmentRow(TypedDict):
    """An attachment."""

    id: int
    filename: str
    content_type: str
    size: int
    sha256: str


class ChoiceRow(TypedDict):
    """A choice that the customer got."""

    key: str
    label: str


class CallRow(TypedDict):
    """A phone call. `direction` is in (the customer called) or out."""

    direction: str
    seconds: int | None


class ReplyRow(TypedDict):
    """The recipients of the next plain reply: bare addresses, none if nothing can be sent.

    `why` is the reason. `warnings` name addresses that appear in messages but will get no mail, and senders who are
    not participants or may be forged.
    """

    to: list[str]
    cc: list[str]
    why: str
    warnings: list[str]


class MessageRow(TypedDict):
    """A message. `author` is an agent's handle or a customer's address.

    `delivery` is the outbox state of an outgoing message, else null; `delivery_error` is the reason why it has not
    arrived. `deliveries` has the state by recipient, [] for other messages. `choices` are the choices that the
    customer got. `original` is the text before its sender changed it, or null; `version` is the number of changes.
    `to`, `cc` and `reply_to` are fields of the message; `bcc` is empty for received messages. `doubt` is the reason why
    the message is not verified: dmarc, reply_to or stranger; else null. `may_answer`: true if a machine may answer it,
    null for a message of the desk. `problem` is the reason why only its headers could be parsed: timeout or crash; else
    null.
    """

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
    problem: str | None


class FileContent(TypedDict):
    """An attachment with its bytes."""

    filename: str
    content_type: str
    size: int
    base64: str


class BlockRow(TypedDict):
    """A blocked sender: an address, or `@domain`."""

    pattern: str


class RawMessage(TypedDict):
    """A message with raw bytes, named by `sha256`. `envelope` has the facts of the transport, null if not requested."""

    id: int
    ticket: int
    channel: str
    author: str | None
    sha256: str
    received_at: str
    envelope: dict[str, Any] | None
