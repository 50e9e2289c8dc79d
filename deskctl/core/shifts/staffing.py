"""Staffing: compare the number of agents that each hour of the week needs with the number in the rota."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ...dataclass import dataclass
from ...errors import UsageError
from ...i18n import _
from ..calendars.model import WEEKDAYS
from ..values.durations import parse_duration
from . import erlang_c as staffing
from .model import Rota
from .work_periods import WorkPeriod, work_periods
from .workload import QUARTER, WEEK, Demand, Hour, hour_of

if TYPE_CHECKING:
    from .views import StaffingHour

#: The assumed handling time if nothing is known; a usual value for calls.
ASSUMED = timedelta(minutes=6)
#: The maximum handling time of a request.
LONGEST = timedelta(days=30)
_SHARE = re.compile(r"(\d{1,2}(?:\.\d+)?)\s*%?\Z")
#: A length of time with more digits than `parse_duration` accepts.
_ENDLESS = re.compile(r"(?:\d+[smhdw])*\d{7,}[smhdw](?:\d+[smhdw])*", re.ASCII)
EXAMPLE = "80%/20s"


@dataclass(frozen=True, slots=True)
class Target:
    """A service target: `share` (0 to 1) of all requests is answered `within` some time."""

    share: float
    within: timedelta


def parse_target(text: str) -> Target:
    """Parse a target, for example `80%/20s` or `80/20`. Raises UsageError."""
    share, slash, within = text.partition("/")
    within = within.strip()
    if not slash or not within:
        raise UsageError(
            _('not a target: "{text}"', text=text),
            _("give a share and a time, for example {example}: 80% within 20 s", example=EXAMPLE),
        )
    length = parse_duration(f"{within}s" if within.isdecimal() else within, "--target")
    return Target(parse_share(share, "--target"), length)


def parse_share(text: str, option: str) -> float:
    """Parse a share: `30%` is 0.3. A target is at least 1%. Raises UsageError."""
    found = _SHARE.match(text.strip())
    least = 1 if option == "--target" else 0
    if found is None or not least <= float(found[1]) <= 99:
        raise UsageError(
            _('{option}: not a share: "{text}"', option=option, text=text),
            _("use a value between {least}% and 99%, for example 80%", least=least),
        )
    return float(found[1]) / 100


def parse_handling(text: str) -> timedelta:
    """Parse a handling time. Raises UsageError."""
    endless = _ENDLESS.fullmatch(text.strip().lower())
    length = None if endless else parse_duration(text, "--aht")
    if length is None or length > LONGEST:
        raise UsageError(
            _("--aht: {text} is too long", text=text),
            _("use at most {days} days, for example 6m", days=LONGEST.days),
        )
    return length


@dataclass(frozen=True, slots=True)
class Work:
    """The work of requests: each takes `handling`, an agent handles `at_once` of them at the same time.

    `shrinkage` (0 to 1) is the share of working time that is not spent on requests.
    """

    handling: timedelta
    target: Target
    shrinkage: float = 0.0
    at_once: int = 1

    def needed(self, arrivals: float) -> int:
        """Return the number of agents that a number of requests per hour needs. Raises UsageError."""
        load = staffing.load(arrivals, self.handling)
        lines = staffing.needed(load, self.handling, self.target.share, self.target.within)
        return staffing.with_shrinkage(-(-lines // self.at_once), self.shrinkage)

    def level(self, arrivals: float, on_shift: int) -> float:
        """Return the share of requests that a number of agents answers within the target time.

        An agent whose shift covers part of the hour counts for that part.
        """
        load = staffing.load(arrivals, self.handling)
        lines = round(on_shift * (1 - self.shrinkage) * self.at_once, 9)
        whole = int(lines)
        fewer, more = (
            staffing.service_level(people, load, self.handling, self.target.within) for people in (whole, whole + 1)
        )
        return fewer + (more - fewer) * (lines - whole)


def plan(found: Demand | None, work: Work, present: dict[Hour, int]) -> list[StaffingHour]:
    """Return one row for each hour of the week, Monday first. `present`: the number of agents in the rota by hour."""
    known: dict[float, int] = {}
    rows: list[StaffingHour] = []
    for day in range(7):
        for clock in range(24):
            arrivals = 0.0 if found is None else found.average((day, clock))
            if arrivals not in known:
                known[arrivals] = work.needed(arrivals)
            there = present.get((day, clock), 0)
            rows.append(
                {
                    "weekday": WEEKDAYS[day],
                    "hour": clock,
                    "arrivals": round(arrivals, 2),
                    "load": round(staffing.load(arrivals, work.handling), 3),
                    "needed": known[arrivals],
                    "on_shift": there,
                    "spare": there - known[arrivals],
                    "level": round(work.level(arrivals, there), 4),
                }
            )
    return rows


def present(rota: Rota, now: datetime, local: ZoneInfo, team: str | None, agents: Sequence[str]) -> dict[Hour, int]:
    """Return how many agents work in each hour of the next seven days: the minimum of its four quarters."""
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    worked = work_periods(rota, start, start + WEEK, team, agents)
    found: dict[Hour, int] = {}
    at = start
    while at < start + WEEK:
        hour = hour_of(at, local)
        count = _agents_at_work(worked, at)
        found[hour] = min(found.get(hour, count), count)
        at += QUARTER
    return found


def _agents_at_work(worked: Sequence[WorkPeriod], at: datetime) -> int:
    return sum(period.start <= at and at + QUARTER <= period.end for period in worked)
