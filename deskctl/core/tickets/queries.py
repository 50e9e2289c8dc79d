"""Queries about tickets."""

from __future__ import annotations

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query

#: The orders of `ListTickets`.
SORT_KEYS = ("updated", "created", "due", "waiting", "priority", "number")


@dataclass(frozen=True, slots=True)
class ListTickets(Query, audience=Audience.AGENT):
    """List tickets, newest change first. Answer: `list[answers.TicketRow]`.

    Empty filters do not restrict. `all` includes solved, closed and merged tickets and spam; `spam` lists only spam.
    The `assignee` "none" selects unassigned tickets. `after` is the cursor of a page: the `(updated_at, number)` of the
    last row before it. `sla` selects tickets with a clock that is breached, warned or running. `now` is a time as
    people write it, at which clocks are checked; None is the present. `fields` are conditions on declared fields
    (`field_conditions`).

    `query` is a text in the query language (`core.query_language`). If it has a condition on the status, tickets are
    not restricted to active ones. `sort` is a key of `SORT_KEYS`; `reverse` reverses the order. A cursor `after` needs
    the default order.
    """

    all: bool = False
    limit: int = 50
    status: tuple[str, ...] = ()
    assignee: str | None = None
    team: str | None = None
    channel: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] = ()
    contact: str | None = None
    spam: bool = False
    sla: str | None = None
    after: tuple[str, int] | None = None
    now: str | None = None
    fields: tuple[str, ...] = ()
    query: str = ""
    sort: str = "updated"
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class CountTickets(ListTickets):
    """Count the tickets that `ListTickets` finds with the same filters; `limit` is ignored. Answer: an integer."""


@dataclass(frozen=True, slots=True)
class ShowTicket(Query, audience=Audience.AGENT):
    """Get a ticket with its messages and events, including the messages of merged tickets.

    Answer: `answers.TicketDocument`.
    """

    number: int


@dataclass(frozen=True, slots=True)
class ShowTickets(Query, audience=Audience.AGENT):
    """Get several tickets as `ShowTicket` does, in this order; numbers without a ticket are left out.

    Answer: `list[answers.TicketDocument]`.
    """

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ListFields(Query, audience=Audience.AGENT):
    """List the declared fields; with `former`, also fields that only have stored values. Answer: `FieldsDocument`."""

    former: bool = False
