"""What usually arrives in which hour of the week, from what did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ..queries.shift_answers import History

#: Weeks of history that averages are made of, at most, and fewer than which are said to be too few.
WEEKS = 12
ENOUGH_WEEKS = 4
ENOUGH_ARRIVALS = 50
WEEK = timedelta(weeks=1)
QUARTER = timedelta(minutes=15)

#: Day of the week, Monday is 0, and hour of the day.
Hour = tuple[int, int]


def window(first: datetime | None, now: datetime) -> tuple[datetime, datetime] | None:
    """The stretch that is averaged over: whole weeks up to this hour, since `first` at most. None: there is none."""
    until = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if first is None or first >= until:
        return None
    since = first.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    weeks = min((until - since) // WEEK, WEEKS)
    return (until - weeks * WEEK if weeks else since), until


@dataclass(frozen=True, slots=True)
class Demand:
    """`counts` are requests by hour of the week, `hours` how often each hour was between `since` and `until`."""

    since: datetime
    until: datetime
    counts: Counter[Hour]
    hours: Counter[Hour]

    def usual(self, hour: Hour) -> float:
        """How many arrive in such an hour, on average; 0 for one that has not been seen."""
        return self.counts[hour] / self.hours[hour] if self.hours[hour] else 0.0

    @property
    def total(self) -> int:
        return self.counts.total()

    def history(self) -> History:
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
    hours: Counter[Hour] = Counter()
    at = since
    while at < until:  # by quarters, for zones that are not whole hours from UTC
        hours[hour_of(at, local)] += 1
        at += QUARTER
    return Demand(since, until, counts, Counter({hour: quarters // 4 for hour, quarters in hours.items()}))


def hour_of(at: datetime, local: ZoneInfo) -> Hour:
    there = at.astimezone(local)
    return there.weekday(), there.hour


def remarks(found: Demand | None) -> list[str]:
    """Where the history is too short to lean on."""
    if found is None or not found.total:
        return ["too little history: nothing has arrived yet"]
    weeks = (found.until - found.since) / WEEK
    if weeks < ENOUGH_WEEKS or found.total < ENOUGH_ARRIVALS:
        length = f"{weeks:.0f} weeks" if weeks >= 2 else f"{weeks * 7:.0f} days"
        enough = f"{ENOUGH_WEEKS} weeks and {ENOUGH_ARRIVALS} requests say more"
        return [f"too little history: {found.total} requests in {length}; {enough}"]
    return []


def written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
