"""What usually arrives in which hour of the week, from what did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from .views import History

#: Weeks of history that averages are made of, at most, and fewer than which are said to be too few.
WEEKS = 12
ENOUGH_WEEKS = 4
ENOUGH_ARRIVALS = 50
WEEK, DAY, HOUR = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)
QUARTER = timedelta(minutes=15)

#: Day of the week, Monday is 0, and hour of the day.
Hour = tuple[int, int]


def window(first: datetime | None, now: datetime) -> tuple[datetime, datetime] | None:
    """The stretch that is averaged over: whole weeks up to this hour, since `first` at most. None: nothing has come;
    an empty stretch: nothing before this hour."""
    until = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if first is None:
        return None
    since = min(first.astimezone(UTC).replace(minute=0, second=0, microsecond=0), until)
    weeks = min((until - since) // WEEK, WEEKS)
    return (until - weeks * WEEK if weeks else since), until


@dataclass(frozen=True, slots=True)
class Demand:
    """`counts` are requests by hour of the week, `quarters` how many quarters of each were between `since` and
    `until`: in a zone that is half an hour off, what is averaged over begins and ends within an hour."""

    since: datetime
    until: datetime
    counts: Counter[Hour]
    quarters: Counter[Hour]

    def usual(self, hour: Hour) -> float:
        """How many arrive in such an hour, on average; 0 for one that has not been seen."""
        return self.counts[hour] / (self.quarters[hour] / 4) if self.quarters[hour] else 0.0

    @property
    def total(self) -> int:
        return self.counts.total()

    def history(self) -> History | None:
        """None: there is no whole hour of it."""
        if self.since == self.until:
            return None
        return {
            "since": written(self.since),
            "until": written(self.until),
            "weeks": round((self.until - self.since) / WEEK, 1),
            "arrivals": self.total,
        }


def demand(arrivals: Iterable[tuple[datetime, int]], since: datetime, until: datetime, local: ZoneInfo) -> Demand:
    """`arrivals` are moments (aware) with how many came then."""
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
    """Where the history is too short to lean on."""
    if found is not None and found.since == found.until:
        return ["too little history: less than an hour of it"]
    if found is None:
        return ["too little history: nothing has arrived yet"]
    length = found.until - found.since
    if not found.total:
        return [f"too little history: nothing has arrived in the last {lasting(length)}"]
    if length < ENOUGH_WEEKS * WEEK or found.total < ENOUGH_ARRIVALS:
        enough = f"{ENOUGH_WEEKS} weeks and {ENOUGH_ARRIVALS} requests say more"
        return [f"too little history: {many(found.total, 'request')} in {lasting(length)}; {enough}"]
    return []


def lasting(length: timedelta) -> str:
    """`3 weeks`, below two of them `9 days`, below two of those `4 hours`."""
    if length >= 2 * WEEK:
        return f"{length / WEEK:.0f} weeks"
    return many(length // DAY, "day") if length >= 2 * DAY else many(length // HOUR, "hour")


def many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
