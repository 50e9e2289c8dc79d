"""Outgoing messages, their states, and the delays of retries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ...dataclass import dataclass
from ...i18n import _, _p
from ..messages.model import Choice, FileRef


class OutboxState(StrEnum):
    """The state of an outgoing message.

    `SENDING` is committed immediately before the transmission. A message whose transmission is interrupted becomes
    `UNCERTAIN` and is not sent again automatically.
    """

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: The states in which a message is sent when it is due.
DUE_STATES = frozenset({OutboxState.QUEUED, OutboxState.RETRY})

#: The names of the states in sentences for users.
STATE_NAMES = {
    OutboxState.QUEUED: _p("outbox state", "queued"),
    OutboxState.CLAIMED: _p("outbox state", "claimed"),
    OutboxState.SENDING: _p("outbox state", "sending"),
    OutboxState.SENT: _p("outbox state", "sent"),
    OutboxState.RETRY: _p("outbox state", "retry"),
    OutboxState.UNCERTAIN: _p("outbox state", "uncertain"),
    OutboxState.FAILED: _p("outbox state", "failed"),
    OutboxState.CANCELLED: _p("outbox state", "cancelled"),
}


class OutboxKind(StrEnum):
    """The kind of an outgoing message.

    `AUTO` is an automatic message to a customer, `COPY` the copy of a sent reply for the mailbox.
    """

    REPLY = "reply"
    NOTIFICATION = "notification"
    AUTO = "auto"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery state of one recipient, from a report: `state` is failed, delayed or delivered.

    `status` is RFC 3463, `reason_class` a value of `messages.ReasonClass`, `reason` the server's answer.
    """

    address: str  # lower case
    state: str
    status: str | None = None
    reason_class: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class NotificationContent:
    """The content that a notification about a ticket shows its reader. Pairs are (message id, version).

    `messages` are quoted in full. When the notification was written, the ticket contained the messages up to the id
    `top` of the tickets `tickets` (itself and those merged into it), and `edited` were the messages that had been
    edited.
    """

    messages: tuple[tuple[int, int], ...] = ()
    top: int = 0
    edited: tuple[tuple[int, int], ...] = ()
    tickets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """An outgoing message in the outbox, with everything that the channel needs, fixed when it is enqueued.

    `due_at` is None if the message is not tried again. Times are aware, UTC.
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
    choices: tuple[Choice, ...] = ()  # for channels that display choices; for others they are in the text
    state: OutboxState = OutboxState.QUEUED
    attempts: int = 0
    last_error: str | None = None
    sent_at: datetime | None = None
    agent: str | None = None  # the recipient of a notification
    deliveries: tuple[Delivery, ...] = ()  # the reported states of recipients
    shown: NotificationContent | None = None  # of a notification about one ticket


#: The delays after failed attempts, as for mail relays (RFC 5321, 4.5.4.1: at least 30 minutes in the long run, give up
#: after four to five days). The first delays are short because most failures are short.
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
    """Return the reason why a message can no longer be cancelled: it was sent, or may have been; else None."""
    to = ", ".join(entry.to)
    mail = any("@" in address for address in entry.to)
    match entry.state:
        case OutboxState.SENT if entry.sent_at is None:
            return (
                _("the mail was already sent to {to}", to=to)
                if mail
                else _("the message was already sent to {to}", to=to)
            )
        case OutboxState.SENT:
            at = f"{entry.sent_at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M %Z}" if entry.sent_at else ""
            if mail:
                return _("the mail was already sent to {to} at {time}", to=to, time=at)
            return _("the message was already sent to {to} at {time}", to=to, time=at)
        case OutboxState.CLAIMED | OutboxState.SENDING:
            if mail:
                return _("the mail to {to} is being sent right now", to=to)
            return _("the message to {to} is being sent right now", to=to)
        case OutboxState.UNCERTAIN:
            if mail:
                return _(
                    "the mail to {to} may have been sent: the connection was lost before the server confirmed it", to=to
                )
            return _(
                "the message to {to} may have been sent: the connection was lost before the server confirmed it", to=to
            )
        case _:
            return None
