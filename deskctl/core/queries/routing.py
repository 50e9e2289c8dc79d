"""Questions about who gets a ticket. `now` is a moment as people write it; None: this one."""

from __future__ import annotations

from dataclasses import dataclass

from . import Query


@dataclass(frozen=True, slots=True)
class ExplainRoute(Query):
    """Why a ticket went where it went, and what would happen with it now. Answer: `route_answers.RouteDocument`."""

    ticket: int
    now: str | None = None
