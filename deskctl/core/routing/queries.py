"""Questions about who gets a ticket. `now` is a moment as people write it; None: this one."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ExplainRoute(Query, audience=Audience.AGENT):
    """Why a ticket went where it went, and what would happen with it now. Answer: `route_answers.RouteDocument`."""

    ticket: int
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ShowQueue(Query, audience=Audience.AGENT):
    """What is to be done, in the order of the queue. For a `reader` what is theirs or nobody's in their teams, else all
    of a `team` or of the desk. `mine`: only the reader's, what waits for others included, last. `free`: only nobody's.
    `now` is a moment as people write it, as of which things are due or overdue; None: this one.

    Answer: `shift_answers.QueueDocument`.
    """

    reader: str | None = None
    team: str | None = None
    mine: bool = False
    free: bool = False
    limit: int = 25
    now: str | None = None
