"""The documents that queries answer with: JSON schema version 1, as `docs/reference/json.md` describes it.

Moments are RFC 3339 in UTC ("2026-03-01T09:00:00Z"); what is missing is null.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from .message_answers import AttachmentRow, CallRow, ChoiceRow, MessageRow, ReplyRow
from .seen_answers import ComposingRow

__all__ = ["AttachmentRow", "CallRow", "ChoiceRow", "MessageRow", "ReplyRow"]

SCHEMA_VERSION = 1


class ContactRef(TypedDict):
    """The contact that lives on, with what is known of those merged into it; `address` is what they wrote from."""

    id: int
    name: str | None
    address: str | None
    tier: str | None
    org: str | None


class TicketRow(TypedDict):
    """`due_at`: when the first running clock is due. `sla`: breached, warned, running, paused; null without clocks."""

    number: int
    subject: str
    status: str
    priority: str
    channel: str
    team: str | None
    assignee: str | None
    contact: ContactRef
    tags: list[str]
    language: str | None
    created_at: str
    updated_at: str
    waiting_since: str | None
    due_at: str | None
    sla: str | None
    callback_at: str | None
    tier: str | None
    approval: str | None


class EventRow(TypedDict):
    """`kind`, `at`, `by` and the facts of the kind beside them."""

    kind: str
    at: str
    by: str
    command: int


class BouncedRow(TypedDict):
    """An address that mail does not reach."""

    address: str
    reason: str


class OtherTicket(TypedDict):
    """Another open ticket of the same customer."""

    number: int
    subject: str
    status: str
    channel: str
    updated_at: str


class TicketDocument(TicketRow):
    """`newest_in`: id of the newest message by a person among the customer's, 0 when there is none.

    `spam_reason`: a relay's verdict or who said so, null for what is no spam. `bounced`: the contact's addresses
    that mail does not reach. `elsewhere`: the customer's other open tickets, newest change first. `addresses`: where
    the customer writes from, on every channel. `reply`: who gets the next plain reply.
    """

    addresses: list[str]
    elsewhere: list[OtherTicket]
    followers: list[str]
    merged_into: int | None
    merged: list[int]
    follows: int | None
    spam: bool
    spam_reason: str | None
    bounced: list[BouncedRow]
    messages: list[MessageRow]
    events: list[dict[str, Any]]
    newest_in: int
    reply: ReplyRow
    composing: list[ComposingRow]


class MessageHit(TypedDict):
    """A message that was found. `number` and `subject` are the ticket's; where it was merged, those of the ticket that
    goes on. `snippet` is one line of its text (or of its attachments' names, or its subject) around the first word
    found; what was found stands between ⟦ and ⟧, which are no part of the text. `at` is when it was sent."""

    number: int
    subject: str
    message: int
    snippet: str
    at: str


class SearchAnswer(TypedDict):
    """`ranked`: so many of the newest that hold the words were compared, as there were more; else null."""

    hits: list[MessageHit]
    ranked: int | None


class ContactHit(TypedDict):
    """A contact whose name or address was searched for."""

    id: int
    name: str | None
    addresses: list[str]


class FileContent(TypedDict):
    filename: str
    content_type: str
    size: int
    base64: str


class SeatPart(TypedDict):
    """What an agent can take. `capacity` by channel, `any` for all others; `moved`: a busy channel they help on."""

    tier: str | None
    skills: list[str]
    channels: list[str]
    capacity: dict[str, int]
    surge: bool
    presence: str  # online, away or offline
    until: str | None
    moved: str | None


class ReachPart(TypedDict):
    """Through what an agent is told things (CHANNEL:ADDRESS, null: mail), and when not."""

    notify: str | None
    quiet: str | None
    timezone: str | None
    urgent_anyway: bool


class AgentRow(SeatPart, ReachPart):
    """`load`: new and open tickets by channel."""

    handle: str
    name: str
    email: str
    teams: list[str]
    login: str | None
    active: bool
    signature: str
    open: int  # tickets assigned and not solved
    load: dict[str, int]


class PlanPart(TypedDict):
    """How a team's tickets are routed; lengths of time in seconds."""

    route: str
    tiers: list[str]
    model: str
    cap_per_tick: int
    tick: int
    relax_after: int | None
    weights: dict[str, int]
    surge_queue: dict[str, int]
    surge_wait: dict[str, int]


class TeamRow(PlanPart):
    handle: str
    name: str
    agents: list[str]
    signature: str
    open: int


class BlockRow(TypedDict):
    """`pattern` is an address, or `@domain`."""

    pattern: str


#: `from` is a keyword, hence the functional form. `state` is waiting, quarantined, done or dropped.
InboxRow = TypedDict(
    "InboxRow",
    {
        "id": int,
        "channel": str,
        "received_at": str,
        "from": str | None,
        "subject": str | None,
        "state": str,
        "attempts": int,
        "reason": str | None,
        "size": NotRequired[int],
        "message": NotRequired[int | None],
        "duplicate": NotRequired[bool],
    },
)


class RawMessage(TypedDict):
    """`sha256` names its bytes. `envelope` is what the transport said, null where it was not asked for."""

    id: int
    ticket: int
    channel: str
    author: str | None
    sha256: str
    received_at: str
    envelope: dict[str, Any] | None


class InboxDocument(TypedDict):
    row: dict[str, Any]
    envelope: dict[str, Any]
    raw_base64: str


class StoreReport(TypedDict):
    """`pending` names the migrations that `db upgrade` would run. `size` is in bytes, null on a server."""

    url: str
    engine: str
    revision: str | None
    head: str
    pending: list[str]
    size: int | None
    tickets: int
    messages: int
    waiting: int
    quarantined: int
    outbox: int


class ServiceHealth(TypedDict):
    name: str
    state: str  # running, backoff, stopped, off
    since: str
    restarts: int
    last_error: str | None


class HealthReport(TypedDict):
    daemon: bool
    pid: int | None
    started_at: str | None
    config_sha256: str | None  # of the configuration file that the daemon read
    services: list[ServiceHealth]
