"""The documents that queries answer with: JSON schema version 1, as `docs/reference/json.md` describes it.

Moments are RFC 3339 in UTC ("2026-03-01T09:00:00Z"); what is missing is null.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from .outbox_answers import DeliveryRow

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


class MessageRow(TypedDict):
    """`author`: an agent's handle or a customer's address. `delivery`: the outbox state of what goes out, else null;
    `delivery_error`: why it did not arrive, or not yet. `choices`: what the customer could pick. `original`: what it
    said before its sender changed it, null for what was never changed. `deliveries`: by recipient, [] for what did not
    go out. `may_answer`: whether a machine may answer it, null for what the desk itself wrote."""

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
    the customer writes from, on every channel.
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


class SeenMark(TypedDict):
    """`seen` is null when the agent was never shown the ticket; `newest` is 0 when nobody wrote."""

    seen: int | None
    newest: int


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


class CandidateRow(TypedDict):
    """`score`: seconds since their last turn (round_robin; null: never had one), else how much of what they can take is
    free, from 0 to 1, and with `skill` one more for each skill that fits."""

    agent: str
    score: float | None


class LeftOutRow(TypedDict):
    """`reason` is offline, away, off_shift, channel, tier, gave_back, skills, full or had_enough."""

    agent: str
    reason: str


class RouteDecision(TypedDict):
    """`agent` null: the ticket waits on because of `why`. `at` is null for what would happen."""

    at: str | None
    agent: str | None
    strategy: str
    why: str
    candidates: list[CandidateRow]
    left_out: list[LeftOutRow]
    skills: list[str]
    relaxed: bool
    relaxes_at: str | None
    tier: str | None


class RouteDocument(TypedDict):
    """`decisions` are those that were made, the newest first; `would` is what would happen now, null for a ticket that
    does not wait, or whose team takes its tickets by hand. `said` is all of it in words."""

    ticket: int
    status: str
    team: str | None
    strategy: str
    assignee: str | None
    queue_at: str
    decisions: list[RouteDecision]
    would: RouteDecision | None
    said: list[str]


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
