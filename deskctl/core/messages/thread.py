"""The stored form of messages: the fields for threading, answering and showing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from ...dataclass import dataclass
from .model import Choice, IncomingFile, MessageKind


class Trust(StrEnum):
    """The trust in the recipients that a customer's message names (Reply-To, To, Cc).

    `FIRST`: the message opened its ticket. `PASS` and `FAIL`: the DMARC result of the configured authority.
    `DOUBTFUL`: only facts that anyone can write support its sender, and its Reply-To is new. `WITHOUT_REQUESTER`: a
    reply of the desk that the requester did not get.
    """

    FIRST = "first"
    PASS = "pass"
    FAIL = "fail"
    DOUBTFUL = "doubt"
    WITHOUT_REQUESTER = "aside"


@dataclass(frozen=True, slots=True)
class Call:
    """A phone call: `direction` is in (the customer called) or out; `seconds` is None if the duration is unknown."""

    direction: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease of an agent who is writing a reply, valid until `until`. `since` is None if it was only renewed."""

    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A message on a ticket, as it is written to the store.

    `author` is an agent's handle or a customer's address. `automatic` is the reason why it counts as automatic.
    `may_answer`: True if a machine may answer it; None for a message of the desk. `verified` is False if the sender is
    not a participant or may be forged. `raw_sha256` names the raw mail. `to`, `cc`, `bcc`, `reply_to` and `lists` are
    bare addresses (`reply_to`: the customer's address for answers, empty for `author`; `lists`: mailing lists and
    groups that relayed it; `bcc`: of the desk's own messages). `trust` is None if nothing is known of the recipients
    that it names. `headers` are returned to the channel with an answer. `files` are the attachments with their bytes.
    `choices` are the choices that the customer got.
    """

    id: int
    ticket: int
    kind: MessageKind
    channel: str
    author: str | None
    sent_at: datetime
    created_at: datetime
    subject: str
    text: str
    visible_text: str
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    digest: str | None = None
    reply_to: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    trust: Trust | None = None
    contact: int | None = None
    automatic: str | None = None
    may_answer: bool | None = None
    verified: bool = True
    withdrawn: bool = False
    raw_sha256: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    files: tuple[IncomingFile, ...] = ()
    call: Call | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageHead:
    """The fields of an earlier message for threading and answering, without its text."""

    id: int
    ticket: int
    kind: MessageKind
    channel: str
    author: str | None
    sent_at: datetime
    message_id: str | None
    digest: str | None
    subject: str = ""
    references: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    trust: Trust | None = None
    automatic: str | None = None
    may_answer: bool | None = None
    verified: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    version: int = 0  # the number of changes by its sender
    contact: int | None = None  # the number of the contact that has the author's address


def head(message: Message) -> MessageHead:
    """Return the head of a new message."""
    return MessageHead(
        id=message.id,
        ticket=message.ticket,
        kind=message.kind,
        channel=message.channel,
        author=message.author,
        sent_at=message.sent_at,
        message_id=message.message_id,
        digest=message.digest,
        subject=message.subject,
        references=message.references,
        reply_to=message.reply_to,
        to=message.to,
        cc=message.cc,
        bcc=message.bcc,
        lists=message.lists,
        trust=message.trust,
        automatic=message.automatic,
        may_answer=message.may_answer,
        verified=message.verified,
        headers=message.headers,
        choices=message.choices,
        contact=message.contact,
    )
