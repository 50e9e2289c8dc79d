"""What the core keeps of messages: enough to thread, to answer and to show, never more than it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .model import Choice, IncomingFile, MessageKind


class Trust(StrEnum):
    """How far the recipients that a customer's message names (Reply-To, To, Cc) are believed.

    `FIRST`: it opened its ticket. `PASS` and `FAIL`: the DMARC result of the configured authority. `DOUBT`: only what
    anyone can write speaks for its sender, and it asks for answers to an address that is new. `ASIDE`: a reply of the
    desk that the requester did not get.
    """

    FIRST = "first"
    PASS = "pass"
    FAIL = "fail"
    DOUBT = "doubt"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Call:
    """A telephone call: `direction` is in (the customer called) or out; `seconds` None: nobody looked at a clock."""

    direction: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """An agent is writing a reply, until `until` unless the lease is renewed. `since` None: renewed, not begun."""

    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said on a ticket, as it is written to the store.

    `author` is an agent's handle or a customer's address. `automatic` says why it counts as a machine's words.
    `may_answer`: whether a machine may answer it; None for what the desk itself wrote.
    `verified` is False if the sender is not a participant or something speaks against them. `raw_sha256` is the raw
    mail. `to`, `cc`, `bcc`, `reply_to` and `lists` are bare addresses (`reply_to`: where the customer wants the answer,
    empty: `author`; `lists`: mailing lists and groups that passed it on; `bcc`: of the desk's own messages). `trust` is
    None where nothing is known of the recipients that it names.
    `headers` are what the channel wants back when it answers. `files` are the attachments with their bytes. `choices`
    are what the customer was given to pick from.
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
    """What is needed of an earlier message to thread and to answer, without its text."""

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
    version: int = 0  # how often its sender changed it
    contact: int | None = None  # who wrote it, by the number that holds their address


def head(message: Message) -> MessageHead:
    """The head of a message that is being written."""
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
