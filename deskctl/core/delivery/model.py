"""What is to leave the desk: the states of an outgoing message and when it is tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ..messages.model import Choice, FileRef


class OutboxState(StrEnum):
    """`SENDING` is committed just before the words leave; what dies there is `UNCERTAIN`, never resent blindly."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: A sender may take these when their time has come.
DUE_STATES = frozenset({OutboxState.QUEUED, OutboxState.RETRY})


class OutboxKind(StrEnum):
    """`AUTO` is the desk's own word to a customer, `COPY` what is kept of a sent reply in the mailbox."""

    REPLY = "reply"
    NOTIFICATION = "notification"
    AUTO = "auto"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery report's statement about one recipient: `state` is failed, delayed or delivered.

    `status` is RFC 3463, `reason_class` a value of `messages.ReasonClass`, `reason` the server's own words.
    """

    address: str  # lower case
    state: str
    status: str | None = None
    reason_class: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class NotificationContent:
    """What a notification about a ticket lets its reader know. Pairs are (message id, version).

    `messages` are quoted in full. When it was written the ticket held the messages up to `top` of the tickets
    `tickets` (those merged into it), and `edited` were those in another version than their first.
    """

    messages: tuple[tuple[int, int], ...] = ()
    top: int = 0
    edited: tuple[tuple[int, int], ...] = ()
    tickets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A row of the outbox: everything the channel will be told, fixed when it is enqueued.

    `due_at` is None once there is nothing left to try. Moments are aware, UTC.
    """

    id: int
    kind: OutboxKind
    channel: str
    message_id: str
    to: tuple[str, ...]
    subject: str
    text: str
    created_at: datetime
    due_at: datetime | None
    ticket: int | None = None
    message: int | None = None
    sender_name: str | None = None
    sender_address: str | None = None
    reply_to: str | None = None
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    language: str | None = None
    automatic: bool = False
    files: tuple[FileRef, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()  # for a channel that shows them itself; elsewhere they are in the text
    state: OutboxState = OutboxState.QUEUED
    attempts: int = 0
    last_error: str | None = None
    sent_at: datetime | None = None
    agent: str | None = None  # whom a notification tells
    deliveries: tuple[Delivery, ...] = ()  # what reports say of single recipients
    shown: NotificationContent | None = None  # of a notification about one ticket


#: Waits after each failed attempt, as mail relays do it (RFC 5321, 4.5.4.1: at least 30 minutes apart in the long
#: run, give up after four to five days). The first waits are short because most faults are short.
RETRY_AFTER = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
)
GIVE_UP_AFTER = timedelta(days=4)


def sent_explanation(entry: OutboxEntry, timezone: str) -> str | None:
    """Why a message can no longer be cancelled: it left, or may have; None while it can, or where it never arrived."""
    to = ", ".join(entry.to)
    what = "mail" if any("@" in address for address in entry.to) else "message"
    match entry.state:
        case OutboxState.SENT:
            at = (
                "" if entry.sent_at is None else f" at {entry.sent_at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M %Z}"
            )
            return f"the {what} was already sent to {to}{at}"
        case OutboxState.CLAIMED | OutboxState.SENDING:
            return f"the {what} to {to} is being sent right now"
        case OutboxState.UNCERTAIN:
            return f"the {what} to {to} may have been sent: the connection was lost before the server confirmed it"
        case _:
            return None
