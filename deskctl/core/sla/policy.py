"""SLA policies: targets by metric and priority, the calendar they count in, warnings and steps at thresholds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from ...dataclass import dataclass
from ...errors import UsageError
from ...i18n import _
from ..tickets.model import Priority, parse_priority
from ..values.durations import parse_duration, written


class Metric(StrEnum):
    """A time that a clock measures. `PROMISE` is a time that an agent promised; policies have no target for it."""

    FIRST_RESPONSE = "first_response"  # first message of the customer → first public answer of an agent
    NEXT_RESPONSE = "next_response"  # oldest unanswered message → next public answer, once a round
    UPDATE = "update"  # last public answer → next one
    RESOLUTION = "resolution"  # creation → solved, without the time spent waiting for the customer
    WORK = "work"  # as resolution, and without the time spent waiting for third parties
    PROMISE = "promise"


#: The metrics that policies have targets for, in display order.
MEASURED = tuple(metric for metric in Metric if metric is not Metric.PROMISE)

_LEVEL = re.compile(
    r"(?:(?P<percent>\d{1,3}(?:\.\d+)?)\s*%|(?P<breach>breach)(?:\s*\+\s*(?P<after>\S+))?|(?P<before>\S+))\Z"
)


@dataclass(frozen=True, slots=True, order=True)
class Threshold:
    """A point on a clock's timeline: a share of the target, a time before the due time, the due time, or a time after.

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
        """Return the working time that has passed at this threshold; None if it is before the clock's start."""
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


BREACH = Threshold("breach")


def parse_threshold(text: str, option: str) -> Threshold:
    """Parse `70%`, `30m` (before the due time), `breach` or `breach+2h`. Raises UsageError."""
    found = _LEVEL.match(text.strip().lower())
    if found is None:
        raise UsageError(
            _('{option}: not an SLA threshold: "{text}"', option=option, text=text),
            _("use for example 70%, 30m, breach or breach+2h"),
        )
    if found["percent"]:
        share = float(found["percent"])
        if not 0 < share < 100:
            raise UsageError(
                _("{option}: {text} is out of range", option=option, text=text),
                _("use a value between 0% and 100%, or breach for the due time"),
            )
        return Threshold("percent", share)
    if found["breach"]:
        after = found["after"]
        return Threshold("after", parse_duration(after, option).total_seconds()) if after else BREACH
    return Threshold("before", parse_duration(found["before"], option).total_seconds())


@dataclass(frozen=True, slots=True)
class Step:
    """The actions at a threshold: pairs of an action and its value, for example ("notify", "lead")."""

    at: Threshold
    then: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a policy, valid from `since` (aware, UTC). Durations are working time of `calendar`."""

    name: str
    when: str
    calendar: str
    targets: Mapping[Metric, Mapping[Priority, timedelta]]
    warnings: tuple[Threshold, ...] = ()
    steps: tuple[Step, ...] = ()
    version: int = 1
    since: datetime | None = None

    def target(self, metric: Metric, priority: Priority) -> timedelta | None:
        """Return the target for a priority, else that of the nearest lower priority that has one.

        So a ticket whose priority is raised never loses its target.
        """
        known = self.targets.get(metric, {})
        return next(
            (known[lower] for lower in sorted(Priority, reverse=True) if lower <= priority and lower in known), None
        )

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """All thresholds with a warning or a step, and the due time."""
        return tuple(dict.fromkeys((*self.warnings, *(step.at for step in self.steps), BREACH)))

    def steps_at(self, threshold: str) -> tuple[tuple[str, str], ...]:
        return tuple(pair for step in self.steps if str(step.at) == threshold for pair in step.then)


def parse_target(text: str, option: str) -> tuple[Priority | None, timedelta]:
    """Parse `urgent=15m`, or `4h` for all priorities (None). Raises UsageError."""
    name, sign, length = text.partition("=")
    if not sign:
        return None, parse_duration(text, option)
    return parse_priority(name.strip().lower()), parse_duration(length, option)
