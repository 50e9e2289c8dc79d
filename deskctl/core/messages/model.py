"""Messages and their parts, as channels receive and send them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from ...dataclass import dataclass
from ..values.moments import YEARS


class MessageKind(StrEnum):
    """The direction of a message. `AUTO` is automatic mail of either side; only agents see a `NOTE`."""

    IN = "in"
    OUT = "out"
    NOTE = "note"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Automatic:
    """Two separate facts: `automatic` (a program wrote the message) and `may_answer` (a program may answer it).

    `why` is the first reason for one of them, `""` without a reason. `bulk`: the reason is that the mail is bulk or
    auto-generated mail, which can contain a person's text; the desk decides it from the thread.
    """

    automatic: bool = False
    why: str = ""
    may_answer: bool = True
    bulk: bool = False


class ReasonClass(StrEnum):
    """The reason class of a failed delivery."""

    USER_UNKNOWN = "user_unknown"
    DISABLED = "disabled"  # the mailbox exists, but no longer accepts mail
    MAILBOX_FULL = "mailbox_full"
    BLOCKED = "blocked"  # the sender, its address or its network is refused, or the mail is treated as spam
    POLICY = "policy"
    AUTH = "auth"  # SPF, DKIM, DMARC, TLS or a login is required
    CONTENT = "content"
    TOO_LARGE = "too_large"
    HOST = "host"  # the domain does not exist or does not accept mail
    NETWORK = "network"
    EXPIRED = "expired"
    RELAYING = "relaying"
    TEMPORARY = "temporary"  # greylisting, too many messages at once, a system failure
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """A delivery report's statement about one recipient (RFC 3464, 2.3).

    `action` is failed, delayed or delivered (relayed and expanded count as delivered).
    """

    address: str
    action: str
    status: str | None = None  # RFC 3463
    reason_class: ReasonClass | None = None  # None for a delivery
    reason: str | None = None


def sent(named: datetime | None, received: datetime) -> datetime:
    """Return the time of sending (aware): the one in the message if it is plausible, else the time of arrival."""
    return named if named is not None and named.year in YEARS else received


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report that an outgoing message was not delivered, or not yet (RFC 3464).

    `action` is failed or delayed; empty, `permanent` decides. `permanent` is False where the status is 4.x.x, even if
    the sender's server has given up. `reports` has one entry for each recipient in the report, including
    successful deliveries; `recipients` are the recipients that the message did not reach.
    """

    recipients: tuple[str, ...] = ()
    status: str | None = None  # RFC 3463, e.g. "5.1.1"
    permanent: bool = True
    reason: str | None = None
    original_message_id: str | None = None
    action: str = ""
    reason_class: ReasonClass | None = None
    reports: tuple[RecipientReport, ...] = ()

    @property
    def delayed(self) -> bool:
        """Return True if the sender's server still tries to deliver."""
        return self.action == "delayed" or (not self.action and not self.permanent)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A delivery or read report that needs no action.

    `kind` is delivered (RFC 3464) or read (RFC 8098; also "deleted unread"). `recipients` are bare addresses.
    """

    kind: str
    recipients: tuple[str, ...] = ()
    original_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """An attachment as it arrived: the decoded bytes and the sender's name for it."""

    filename: str | None
    content_type: str
    content: bytes
    inline: bool = False
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The message inside a forward, as far as the forward names its parts."""

    sender: str  # bare address
    sender_name: str | None = None
    subject: str = ""
    text: str = ""
    sent_at: datetime | None = None  # aware, UTC
    message_id: str | None = None


PROBLEM = "x-deskctl-problem"
"""The header, stored with a message, that says why only its headers could be parsed: `timeout` or `crash`."""


class IntentKind(StrEnum):
    """A request to the desk itself."""

    NEW = "new"  # open a new ticket, although another one is under discussion
    PERSON = "person"  # ask for a person instead of a machine
    STATUS = "status"  # ask for the status of the customer's tickets
    HELP = "help"  # ask for the possible requests
    LINK = "link"  # `argument`: the one-time code that links this address to a contact
    CHOICE = "choice"  # `argument`: the key of the `Choice`


@dataclass(frozen=True, slots=True)
class Intent:
    """A request to the desk itself, apart from the text of the message."""

    kind: IntentKind
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that the customer can choose. A channel with buttons shows it as one and returns a press as
    `Intent(CHOICE, key)` in reply to the message; on other channels the desk reads the first line of the answer.

    The desk handles the keys `solved` and `person`; the component that asked handles the others.
    """

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A raw message as a channel parsed it. All texts are plain text in NFC, without NUL and lone surrogates.

    `sender` is the bare address in the format of the channel (for mail, with the domain in lower case), None if the
    message names no sender. `text` is the readable text; `visible_text` is `text` without quotes and signature.
    `message_id`, `in_reply_to` and `references` include the angle brackets. `digest` is a hash of the sender's
    content (for mail: From, Date, Subject and decoded parts). It distinguishes a duplicate from another message with
    the same id. `problems` describes the defects of the message for people.
    """

    sender: str | None
    sender_name: str | None
    subject: str
    text: str
    visible_text: str
    digest: str
    html: str | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    sent_at: datetime | None = None  # aware, UTC
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    files: tuple[IncomingFile, ...] = ()
    automatic: Automatic = Automatic()
    bounce: Bounce | None = None
    confirmation: Confirmation | None = None  # a report of success, or a read receipt
    spam: str | None = None  # the verdict of an earlier relay, copied from its header
    forwarded: Forwarded | None = None
    authentication: tuple[str, ...] = ()  # Authentication-Results (RFC 8601), topmost first, unchanged
    language: str | None = None  # BCP 47 primary tag: "ko", "en"
    intent: Intent | None = None
    edits: str | None = None  # the message_id of the earlier message that this one replaces
    also: tuple[tuple[str, str], ...] = ()  # further addresses that the channel vouches for: (kind, address)
    problems: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()  # addresses of mailing lists or groups that relayed it; never recipients
    # The group that relayed the mail, if `sender` is the author that the group names.
    through: str | None = None
    # The person in Reply-To if it is not the sender: (address, display name or None).
    reply_to_person: tuple[str, str | None] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # returned to the channel with an answer


@dataclass(frozen=True, slots=True)
class FileRef:
    """A stored attachment: its bytes are the blob `sha256` (hex), `size` bytes long."""

    filename: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message for a channel to send. All its parts, including its id, are fixed when it enters the outbox.

    `to`, `cc` and `bcc` are bare addresses. If `automatic` is set, the channel marks the message as automatic, so that
    no program answers it. If `copy` is set, the channel stores a copy of a sent message and sends nothing.
    """

    outbox_id: int
    message_id: str  # with angle brackets
    to: tuple[str, ...]
    subject: str
    text: str
    ticket: int | None = None
    sender_name: str | None = None
    sender_address: str | None = None  # None: the address of the channel
    reply_to: str | None = None
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    date: datetime | None = None  # aware, UTC
    language: str | None = None
    automatic: bool = False
    copy: bool = False
    files: tuple[FileRef, ...] = ()
    choices: tuple[Choice, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The facts of the transport about a raw message.

    `via` is the way in which it arrived: imap, smtp, lmtp, pipe, console, or import for old mail. `received_at` is
    aware, UTC.
    """

    via: str
    received_at: datetime
    sender: str | None = None  # MAIL FROM; "" is the null sender, None unknown
    recipients: tuple[str, ...] = ()
    size: int | None = None  # bytes, if the raw message is a stub because it was too large to fetch
    extra: Mapping[str, str] = field(default_factory=dict)
