"""Questions about tickets."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListTickets(Query, audience=Audience.AGENT):
    """Tickets, newest change first. Answer: `list[answers.TicketRow]`.

    Empty filters do not restrict. `all` takes solved, closed and merged tickets and spam in; `spam` gives nothing
    but spam. `assignee` "none" means nobody's. `after` is the cursor of a page: the `(updated_at, number)` of the
    last row before it. `sla`: with a clock that is breached, warned or running. `now` is a moment as people write it,
    as of which clocks are overdue; None: this one.
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


@dataclass(frozen=True, slots=True)
class CountTickets(ListTickets):
    """How many tickets `ListTickets` with the same filters would find; `limit` is ignored. Answer: an integer."""


@dataclass(frozen=True, slots=True)
class ShowTicket(Query, audience=Audience.AGENT):
    """One ticket with all that was said and done, merged tickets' messages included.

    Answer: `answers.TicketDocument`.
    """

    number: int
