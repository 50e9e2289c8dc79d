"""A ticket: one matter that somebody wants settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from ...errors import UsageError
from ..values.suggestions import did_you_mean


class Status(StrEnum):
    """Where a ticket stands. `MERGED` is closed with a pointer; later messages follow the pointer."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"  # waits for the customer
    HOLD = "hold"  # waits for a third party
    SOLVED = "solved"
    CLOSED = "closed"
    MERGED = "merged"


#: Still somebody's work. `list` shows these.
ACTIVE = frozenset({Status.NEW, Status.OPEN, Status.PENDING, Status.HOLD})
#: Somebody who waits for an answer puts these back to work.
REOPENED = frozenset({Status.PENDING, Status.HOLD, Status.SOLVED})
#: Nothing changes any more; a customer's message opens a follow-up.
FINAL = frozenset({Status.CLOSED, Status.MERGED})


class Priority(IntEnum):
    """Ordered, so that `>= HIGH` means what it says; shown and spoken by its lower-case name."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    URGENT = 4

    @property
    def label(self) -> str:
        return self.name.lower()


def parse_priority(value: str) -> Priority:
    """Raises UsageError."""
    try:
        return Priority[value.upper()]
    except KeyError:
        names = [p.label for p in Priority]
        raise UsageError(
            f"there is no priority “{value}”{did_you_mean(value, names)}", f"one of {', '.join(names)}"
        ) from None


@dataclass(frozen=True, slots=True)
class Ticket:
    """The present state of a ticket; how it came about is in its events.

    Moments are aware, UTC. `channel` is a configured channel's name or a built-in one (`phone`, `manual`).
    `assignee`, `followers` and `team` are handles. `waiting_since` is the oldest customer message
    that nobody has answered. `due_at` is when the first of its running clocks is due. `queue_at` orders the queue (the
    virtual due moment).
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
    callback_at: datetime | None = None  # when somebody promised to call
    tier: str | None = None  # from which tier of its team on agents may have it
    approval: str | None = None  # who waits for somebody to allow something
    waits: str | None = None  # why routing found nobody, as far as that was recorded
    declined: str | None = None  # who gave it back or on last
    former: str | None = None  # who had it when it was solved, and was not there when it was taken up again
    open_since: datetime | None = None  # when it was last taken up again; None: it is work since it was created
    token: str | None = None  # in the plus-address that answers to this ticket may be sent to
