"""Questions about calendars and service levels. `now` is a moment as people write it; None: this one."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListPolicies(Query, audience=Audience.AGENT):
    """In the order in which they are tried. Answer: `list[level_answers.PolicyDocument]`."""


@dataclass(frozen=True, slots=True)
class ShowPolicy(Query, audience=Audience.AGENT):
    """Answer: `level_answers.PolicyDocument`."""

    name: str


@dataclass(frozen=True, slots=True)
class TestPolicies(Query, audience=Audience.AGENT):
    """Which policy is for a ticket, and why the others are not. Answer: `level_answers.PolicyTest`."""

    ticket: int
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ListDue(Query, audience=Audience.AGENT):
    """Running clocks that are overdue or due `within` some time, the first due first.

    Answer: `list[level_answers.DueRow]`.
    """

    within: str | None = None
    team: str | None = None
    limit: int = 200
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ExplainClocks(Query, audience=Audience.AGENT):
    """Every clock of a ticket with all its segments. Answer: `list[level_answers.ClockDocument]`."""

    ticket: int
    now: str | None = None
