"""What is said on a ticket, and the shapes in which it enters and leaves the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ..values.moments import YEARS


class MessageKind(StrEnum):
    """Who speaks to whom. `AUTO` is a machine on either side; `NOTE` is seen by agents only."""

    IN = "in"
    OUT = "out"
    NOTE = "note"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Automatic:
    """Two separate answers: `automatic` (a machine wrote it) and `may_answer` (a machine may answer it).

    `why` names the first sign that decided either of them, `""` without one. `bulk`: the sign is one of bulk or
    auto-generated mail, which may carry a person's words; the desk decides that with what it knows of the thread.
    """

    automatic: bool = False
    why: str = ""
    may_answer: bool = True
    bulk: bool = False


class ReasonClass(StrEnum):
    """Why a mail was not delivered, by kind."""

    USER_UNKNOWN = "user_unknown"
    DISABLED = "disabled"  # the mailbox exists, and takes no mail any more
    MAILBOX_FULL = "mailbox_full"
    BLOCKED = "blocked"  # the sender, its address or its network is refused, or the mail counts as spam
    POLICY = "policy"
    AUTH = "auth"  # SPF, DKIM, DMARC, TLS or a login is asked for
    CONTENT = "content"
    TOO_LARGE = "too_large"
    HOST = "host"  # the domain does not exist or takes no mail
    NETWORK = "network"
    EXPIRED = "expired"
    RELAYING = "relaying"
    TEMPORARY = "temporary"  # greylisting, too many messages at once, a system in trouble
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """A delivery report's statement about one recipient (RFC 3464, 2.3).

    `action` is failed, delayed or delivered (relayed and expanded count as delivered).
    """

    address: str
    action: str
    status: str | None = None  # RFC 3463
    reason_class: ReasonClass | None = None  # None for what was delivered
    reason: str | None = None


def sent(named: datetime | None, received: datetime) -> datetime:
    """When a message was sent (aware): as it says, unless that is no moment of our time, else when it was received."""
    return named if named is not None and named.year in YEARS else received


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report that an outgoing message was not delivered, or not yet (RFC 3464).

    `action` is failed or delayed; empty, `permanent` decides. `permanent` is False where the status is 4.x.x, even if
    the sender's server has given up. `reports` has one entry for each recipient that the report speaks of, delivered
    ones included; `recipients` are those it did not reach.
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
        """Whether the sender's server is still trying."""
        return self.action == "delayed" or (not self.action and not self.permanent)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A machine's report that asks for nothing: a message of ours was delivered or read.

    `kind` is delivered (RFC 3464) or read (RFC 8098; also "deleted unread"). `recipients` are bare addresses.
    """

    kind: str
    recipients: tuple[str, ...] = ()
    original_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """An attachment as it arrived: the decoded bytes and what the sender calls them."""

    filename: str | None
    content_type: str
    content: bytes
    inline: bool = False
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The message that a forward carries: what its first sender wrote, as far as the forward tells."""

    sender: str  # bare address
    sender_name: str | None = None
    subject: str = ""
    text: str = ""
    sent_at: datetime | None = None  # aware, UTC
    message_id: str | None = None


class IntentKind(StrEnum):
    """What a message asks of the desk itself, apart from what it says."""

    NEW = "new"  # a matter of its own, though another is being talked about
    PERSON = "person"  # a person, please, no machine
    STATUS = "status"  # how do my tickets stand?
    HELP = "help"  # what can I do here?
    LINK = "link"  # `argument`: the one-time code that ties this address to a contact
    CHOICE = "choice"  # `argument`: the key of a `Choice` that was picked


@dataclass(frozen=True, slots=True)
class Intent:
    kind: IntentKind
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be picked in answer to a message. A channel that can shows it as a button, and gives a pick
    back as `Intent(CHOICE, key)` in reply to the message; elsewhere the desk reads the answer's first line.

    The keys `solved` and `person` mean to the desk what they say; others mean something to whoever asked.
    """

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """What a channel made of one raw message. Plain text everywhere: no NUL, no lone surrogates, NFC.

    `sender` is the bare address in the channel's own terms (lower-cased domain for mail), None when the
    message names nobody. `text` is the readable text; `visible_text` is `text` without quotes and signature.
    `message_id`, `in_reply_to` and `references` carry their angle brackets. `digest` is the hash of what
    the sender wrote (for mail: From, Date, Subject and decoded parts), which tells a duplicate from
    another message under the same id. `problems` are remarks on what was broken, for people.
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
    spam: str | None = None  # the verdict of a relay before us, as it stands in the header
    forwarded: Forwarded | None = None
    authentication: tuple[str, ...] = ()  # Authentication-Results (RFC 8601), topmost first, as they stand
    language: str | None = None  # BCP 47 primary tag: "ko", "en"
    intent: Intent | None = None
    edits: str | None = None  # the message_id of an earlier message that this one replaces
    also: tuple[tuple[str, str], ...] = ()  # further addresses that the channel vouches for: (kind, address)
    problems: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()  # addresses of the mailing lists or groups that passed it on; never answered
    # The group in whose name the mail came, where `sender` is the author that the group names.
    through: str | None = None
    # Whom Reply-To names as a person other than the sender: (address, display name or None).
    behind: tuple[str, str | None] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # what the channel wants back when it answers


@dataclass(frozen=True, slots=True)
class FileRef:
    """A stored attachment: its bytes are the blob `sha256` (hex), `size` bytes long."""

    filename: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """What a channel is asked to send. Everything is fixed when it enters the outbox, its id included.

    `to`, `cc` and `bcc` are bare addresses. `automatic` asks the channel to mark it as a machine's words
    and to provoke no answer. `copy` asks it to send nothing, but to keep a copy of what was sent before.
    """

    outbox_id: int
    message_id: str  # with angle brackets
    to: tuple[str, ...]
    subject: str
    text: str
    ticket: int | None = None
    sender_name: str | None = None
    sender_address: str | None = None  # None: the channel's own
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
    """What the transport said about a raw message, apart from its bytes.

    `via` names the door: imap, smtp, lmtp, pipe, console, or import for old mail. `received_at` is aware, UTC.
    """

    via: str
    received_at: datetime
    sender: str | None = None  # MAIL FROM; "" is the null sender, None unknown
    recipients: tuple[str, ...] = ()
    size: int | None = None  # bytes, when the raw message was too large to be fetched and is a stub
    extra: Mapping[str, str] = field(default_factory=dict)
