"""The state of a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import IntEnum, StrEnum

from ...dataclass import dataclass
from ...errors import UsageError
from ...i18n import _
from ..values.field import FieldValue
from ..values.suggestions import did_you_mean


class Status(StrEnum):
    """The status of a ticket. A `MERGED` ticket is closed and points to another one, which gets later messages."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"  # waits for the customer
    HOLD = "hold"  # waits for a third party
    SOLVED = "solved"
    CLOSED = "closed"
    MERGED = "merged"


#: The statuses of tickets that need work or wait. `list` shows these.
ACTIVE = frozenset({Status.NEW, Status.OPEN, Status.PENDING, Status.HOLD})
#: The statuses that change to open when a customer writes.
REOPENED = frozenset({Status.PENDING, Status.HOLD, Status.SOLVED})
#: The statuses of tickets that no longer change; a customer's message creates a follow-up ticket.
FINAL = frozenset({Status.CLOSED, Status.MERGED})


class Priority(IntEnum):
    """The priority of a ticket, in order. Its label is the lower-case name."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    URGENT = 4

    @property
    def label(self) -> str:
        return self.name.lower()


def parse_priority(value: str) -> Priority:
    """Return the priority of a name. Raises UsageError."""
    try:
        return Priority[value.upper()]
    except KeyError:
        names = [p.label for p in Priority]
        raise UsageError(
            _('not a priority: "{value}"{suggestion}', value=value, suggestion=did_you_mean(value, names)),
            _("use one of {values}", values=", ".join(names)),
        ) from None


@dataclass(frozen=True, slots=True)
class Ticket:
    """The present state of a ticket. Its events have the history.

    Times are aware, UTC. `channel` is the name of a configured channel or a built-in one (`phone`, `manual`).
    `assignee`, `followers` and `team` are handles. `waiting_since` is the time of the oldest unanswered customer
    message. `due_at` is the earliest due time of the running clocks. `queue_at` orders the queue
    (the virtual due time). `fields` are the values of declared fields by name, those of former fields included.
    """

    number: int
    subject: str
    channel: str
    contact: int
    created_at: datetime
    updated_at: datetime
    queue_at: datetime
    status: Status = Status.NEW
    priority: Priority = Priority.NORMAL
    team: str | None = None
    assignee: str | None = None
    followers: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    language: str | None = None
    waiting_since: datetime | None = None
    solved_at: datetime | None = None
    merged_into: int | None = None
    follows: int | None = None  # the closed ticket that this one continues
    spam: bool = False
    due_at: datetime | None = None
    callback_at: datetime | None = None  # the time of a promised callback
    tier: str | None = None  # the lowest tier of the team whose agents can have it
    approval: str | None = None  # the agent who requested an approval
    waits: str | None = None  # the recorded reason why routing found no agent
    declined: str | None = None  # the agent who last gave it back or passed it on
    former: str | None = None  # the assignee who was not available when it reopened
    open_since: datetime | None = None  # the time of the last reopening; None: open since its creation
    token: str | None = None  # the token in the plus-address for answers to this ticket
    fields: Mapping[str, FieldValue] = field(default_factory=dict, hash=False)
