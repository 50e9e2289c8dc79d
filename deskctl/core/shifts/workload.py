"""The workload: average number of requests by hour of the week, from the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ...dataclass import dataclass
from ...i18n import Text, _, _n

if TYPE_CHECKING:
    from .views import History

#: The maximum number of weeks for averages; with fewer than ENOUGH_WEEKS or ENOUGH_ARRIVALS a warning is shown.
WEEKS = 12
ENOUGH_WEEKS = 4
ENOUGH_ARRIVALS = 50
WEEK, DAY, HOUR = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)
QUARTER = timedelta(minutes=15)

#: Day of the week, Monday is 0, and hour of the day.
Hour = tuple[int, int]


def window(first: datetime | None, now: datetime) -> tuple[datetime, datetime] | None:
    """Return the period for averages: whole weeks until this hour, since `first` at most.

    None: no request has arrived yet. An empty period: none before this hour.
    """
    until = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if first is None:
        return None
    since = min(first.astimezone(UTC).replace(minute=0, second=0, microsecond=0), until)
    weeks = min((until - since) // WEEK, WEEKS)
    return (until - weeks * WEEK if weeks else since), until


@dataclass(frozen=True, slots=True)
class Demand:
    """Requests by hour of the week between `since` and `until`.

    `quarters` is the number of quarter hours of each: in a time zone with an offset of half an hour, the period begins
    and ends within an hour.
    """

    since: datetime
    until: datetime
    counts: Counter[Hour]
    quarters: Counter[Hour]

    def average(self, hour: Hour) -> float:
        """Return the average number of requests in an hour of the week; 0 without data."""
        return self.counts[hour] / (self.quarters[hour] / 4) if self.quarters[hour] else 0.0

    @property
    def total(self) -> int:
        return self.counts.total()

    def history(self) -> History | None:
        """Return the document of the history; None if it is shorter than an hour."""
        if self.since == self.until:
            return None
        return {
            "since": utc_text(self.since),
            "until": utc_text(self.until),
            "weeks": round((self.until - self.since) / WEEK, 1),
            "arrivals": self.total,
        }


def demand(arrivals: Iterable[tuple[datetime, int]], since: datetime, until: datetime, local: ZoneInfo) -> Demand:
    """Count requests by hour of the week. `arrivals` are moments (aware) with the number of requests."""
    counts: Counter[Hour] = Counter()
    for at, count in arrivals:
        counts[hour_of(at, local)] += count
    quarters: Counter[Hour] = Counter()
    at = since
    while at < until:
        quarters[hour_of(at, local)] += 1
        at += QUARTER
    return Demand(since, until, counts, quarters)


def hour_of(at: datetime, local: ZoneInfo) -> Hour:
    there = at.astimezone(local)
    return there.weekday(), there.hour


def remarks(found: Demand | None) -> list[str]:
    """Return warnings about a history that is too short for averages."""
    if found is not None and found.since == found.until:
        return [_("too little history: less than an hour")]
    if found is None:
        return [_("too little history: no request has arrived yet")]
    length = found.until - found.since
    if not found.total:
        return [_("too little history: no request has arrived in the last {length}", length=format_length(length))]
    if length < ENOUGH_WEEKS * WEEK or found.total < ENOUGH_ARRIVALS:
        return [
            _n(
                "too little history: {n} request in {length}; use at least {weeks} weeks and {requests} requests",
                "too little history: {n} requests in {length}; use at least {weeks} weeks and {requests} requests",
                found.total,
                length=format_length(length),
                weeks=ENOUGH_WEEKS,
                requests=ENOUGH_ARRIVALS,
            )
        ]
    return []


def format_length(length: timedelta) -> Text:
    """Format a length: `3 weeks`, below two weeks `9 days`, below two days `4 hours`."""
    if length >= 2 * WEEK:
        return _n("{n} week", "{n} weeks", round(length / WEEK))
    if length >= 2 * DAY:
        return _n("{n} day", "{n} days", length // DAY)
    return _n("{n} hour", "{n} hours", length // HOUR)


def many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def utc_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
