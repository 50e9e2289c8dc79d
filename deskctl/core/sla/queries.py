"""Queries about SLA policies and clocks. `now` is a moment as users write it; None is the current time."""

from __future__ import annotations

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListPolicies(Query, audience=Audience.AGENT):
    """List the policies in their order. Answer: `list[views.PolicyDocument]`."""


@dataclass(frozen=True, slots=True)
class ShowPolicy(Query, audience=Audience.AGENT):
    """Show a policy. Answer: `views.PolicyDocument`."""

    name: str


@dataclass(frozen=True, slots=True)
class TestPolicies(Query, audience=Audience.AGENT):
    """Explain which policy matches a ticket and why the others do not. Answer: `views.PolicyTest`."""

    ticket: int
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ListDue(Query, audience=Audience.AGENT):
    """List running clocks that are overdue or due `within` some time, by due time. Answer: `list[views.DueRow]`."""

    within: str | None = None
    team: str | None = None
    limit: int = 200
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ExplainClocks(Query, audience=Audience.AGENT):
    """Explain the clocks of a ticket with all segments. Answer: `list[views.ClockDocument]`."""

    ticket: int
    now: str | None = None
