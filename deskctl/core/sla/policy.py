"""A policy: what is promised, in whose hours, and who is told before it breaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ...errors import UsageError
from ..tickets.model import Priority, parse_priority
from ..values.durations import parse_duration, written


class Metric(StrEnum):
    """What is measured. `PROMISE` is what an agent promised by hand; no policy speaks of it."""

    FIRST_RESPONSE = "first_response"  # first message of the customer → first public answer of a person
    NEXT_RESPONSE = "next_response"  # oldest unanswered message → next public answer, once a round
    UPDATE = "update"  # last public answer → next one
    RESOLUTION = "resolution"  # creation → solved, without the time that waits for the customer
    WORK = "work"  # the same, without that for third parties, too
    PROMISE = "promise"


#: Those that a policy sets targets for, in the order in which they are shown.
MEASURED = tuple(metric for metric in Metric if metric is not Metric.PROMISE)

_LEVEL = re.compile(
    r"(?:(?P<percent>\d{1,3}(?:\.\d+)?)\s*%|(?P<breach>breach)(?:\s*\+\s*(?P<after>\S+))?|(?P<before>\S+))\Z"
)


@dataclass(frozen=True, slots=True, order=True)
class Level:
    """A point on a clock's way: a share of the target, a time before its end, its end, or a time after it.

    `kind` is percent, before, breach or after; `amount` is percent or seconds.
    """

    kind: str
    amount: float = 0

    def __str__(self) -> str:
        match self.kind:
            case "percent":
                return f"{self.amount:g}%"
            case "breach":
                return "breach"
            case "after":
                return f"breach+{written(timedelta(seconds=self.amount))}"
            case _:
                return written(timedelta(seconds=self.amount))

    def spent(self, target: timedelta) -> timedelta | None:
        """How much working time has passed at this level; None where it lies before the clock starts."""
        match self.kind:
            case "percent":
                return target * self.amount / 100
            case "breach":
                return target
            case "after":
                return target + timedelta(seconds=self.amount)
            case _:
                left = target - timedelta(seconds=self.amount)
                return left if left > timedelta() else None


BREACH = Level("breach")


def parse_level(text: str, where: str) -> Level:
    """`70%`, `30m` (before the end), `breach` or `breach+2h`. Raises UsageError."""
    found = _LEVEL.match(text.strip().lower())
    if found is None:
        raise UsageError(f"{where}: “{text}” is no moment of a clock", "as in 70%, 30m, breach or breach+2h")
    if found["percent"]:
        share = float(found["percent"])
        if not 0 < share < 100:
            raise UsageError(f"{where}: {text} is not on the way to the end", "between 0% and 100%; the end is breach")
        return Level("percent", share)
    if found["breach"]:
        after = found["after"]
        return Level("after", parse_duration(after, where).total_seconds()) if after else BREACH
    return Level("before", parse_duration(found["before"], where).total_seconds())


@dataclass(frozen=True, slots=True)
class Step:
    """What is done at a level: pairs of what and with which value, as in ("notify", "lead")."""

    at: Level
    then: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a policy. `since` (aware, UTC) is from when on it holds; durations are open time of `calendar`."""

    name: str
    when: str
    calendar: str
    targets: Mapping[Metric, Mapping[Priority, timedelta]]
    warnings: tuple[Level, ...] = ()
    steps: tuple[Step, ...] = ()
    version: int = 1
    since: datetime | None = None

    def target(self, metric: Metric, priority: Priority) -> timedelta | None:
        """That of the priority, else of the nearest lower one that has any: what becomes more urgent is promised no
        less than before."""
        known = self.targets.get(metric, {})
        return next(
            (known[lower] for lower in sorted(Priority, reverse=True) if lower <= priority and lower in known), None
        )

    @property
    def levels(self) -> tuple[Level, ...]:
        """Every level at which something happens; the end is always one of them."""
        return tuple(dict.fromkeys((*self.warnings, *(step.at for step in self.steps), BREACH)))

    def steps_at(self, level: str) -> tuple[tuple[str, str], ...]:
        return tuple(pair for step in self.steps if str(step.at) == level for pair in step.then)


def parse_target(text: str, where: str) -> tuple[Priority | None, timedelta]:
    """`urgent=15m`, or `4h` for all priorities (None). Raises UsageError."""
    name, sign, length = text.partition("=")
    if not sign:
        return None, parse_duration(text, where)
    return parse_priority(name.strip().lower()), parse_duration(length, where)
