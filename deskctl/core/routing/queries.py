"""Queries about routing. `now` is a moment as users write it; None is the current time."""

from __future__ import annotations

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ExplainRoute(Query, audience=Audience.AGENT):
    """Explain how a ticket was routed, and how it would be routed now. Answer: `views.RouteDocument`."""

    ticket: int
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ShowQueue(Query, audience=Audience.AGENT):
    """List the tickets that need work, in the order of the queue.

    For a `reader`: the tickets that are assigned to the reader or unassigned in the reader's teams; otherwise all
    tickets of a `team` or of the desk. `mine`: only those assigned to the reader, at the end also those that wait for
    someone else. `free`: only unassigned ones. Due and overdue are computed for `now`.

    Answer: `views.QueueDocument`.
    """

    reader: str | None = None
    team: str | None = None
    mine: bool = False
    free: bool = False
    limit: int = 25
    now: str | None = None
