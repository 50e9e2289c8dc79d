"""Questions about calendars and service levels. `now` is a moment as people write it; None: this one."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListPolicies(Query):
    """In the order in which they are tried. Answer: `list[level_answers.PolicyDocument]`."""


@dataclass(frozen=True, slots=True)
class ShowPolicy(Query):
    """Answer: `level_answers.PolicyDocument`."""

    name: str


@dataclass(frozen=True, slots=True)
class TestPolicies(Query):
    """Which policy is for a ticket, and why the others are not. Answer: `level_answers.PolicyTest`."""

    ticket: int
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ListDue(Query):
    """Running clocks that are overdue or due `within` some time, the first due first.

    Answer: `list[level_answers.DueRow]`.
    """

    within: str | None = None
    team: str | None = None
    limit: int = 200
    now: str | None = None


@dataclass(frozen=True, slots=True)
class ExplainClocks(Query):
    """Every clock of a ticket with all its segments. Answer: `list[level_answers.ClockDocument]`."""

    ticket: int
    now: str | None = None
