"""How many people which hour of the week needs, against how many the rota has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ...errors import UsageError
from ..calendars.model import WEEKDAYS
from ..values.durations import parse_duration
from . import erlang_c as staffing
from .expand import Stint, stints
from .model import Rota
from .views import StaffingHour
from .workload import QUARTER, WEEK, Demand, Hour, hour_of

#: How long a request is taken to take where nothing says it; what a call takes in the textbooks.
ASSUMED = timedelta(minutes=6)
#: Nobody works longer at one.
LONGEST = timedelta(days=30)
_SHARE = re.compile(r"(\d{1,2}(?:\.\d+)?)\s*%?\Z")
#: A length of time with more digits than one is read with.
_ENDLESS = re.compile(r"(?:\d+[smhdw])*\d{7,}[smhdw](?:\d+[smhdw])*", re.ASCII)
EXAMPLE = "80%/20s"


@dataclass(frozen=True, slots=True)
class Target:
    """`share` (0 to 1) of all requests is answered `within` some time."""

    share: float
    within: timedelta


def parse_target(text: str) -> Target:
    """`80%/20s`, `80/20`. Raises UsageError."""
    share, slash, within = text.partition("/")
    within = within.strip()
    if not slash or not within:
        raise UsageError(f"“{text}” is no target", f"a share and a time, as in {EXAMPLE}: four of five within 20 s")
    length = parse_duration(f"{within}s" if within.isdecimal() else within, "--target")
    return Target(parse_share(share, "--target"), length)


def parse_share(text: str, where: str) -> float:
    """`30%` as 0.3. A target is at least 1%. Raises UsageError."""
    found = _SHARE.match(text.strip())
    least = 1 if where == "--target" else 0
    if found is None or not least <= float(found[1]) <= 99:
        raise UsageError(f"{where}: “{text}” is no share", f"between {least}% and 99%, as in 80%")
    return float(found[1]) / 100


def parse_handling(text: str) -> timedelta:
    """How long a request takes. Raises UsageError."""
    endless = _ENDLESS.fullmatch(text.strip().lower())
    length = None if endless else parse_duration(text, "--aht")
    if length is None or length > LONGEST:
        raise UsageError(f"--aht: {text} is too long", f"nobody works at one request for {LONGEST.days} days; as in 6m")
    return length


@dataclass(frozen=True, slots=True)
class Work:
    """What requests take: `handling` each, of which one person does `at_once` at the same time; `shrinkage` (0 to 1) of
    people's time goes to something else."""

    handling: timedelta
    target: Target
    shrinkage: float = 0.0
    at_once: int = 1

    def needed(self, arrivals: float) -> int:
        """People on the rota for so many requests an hour. Raises UsageError."""
        load = staffing.load(arrivals, self.handling)
        lines = staffing.needed(load, self.handling, self.target.share, self.target.within)
        return staffing.with_shrinkage(-(-lines // self.at_once), self.shrinkage)

    def level(self, arrivals: float, on_shift: int) -> float:
        """The share that so many on the rota answer in time. Who is there for a part of it counts for that part."""
        load = staffing.load(arrivals, self.handling)
        lines = round(on_shift * (1 - self.shrinkage) * self.at_once, 9)
        whole = int(lines)
        fewer, more = (
            staffing.service_level(people, load, self.handling, self.target.within) for people in (whole, whole + 1)
        )
        return fewer + (more - fewer) * (lines - whole)


def plan(found: Demand | None, work: Work, present: dict[Hour, int]) -> list[StaffingHour]:
    """One entry for each hour of the week, Monday first. `present`: who the rota has by hour."""
    known: dict[float, int] = {}
    rows: list[StaffingHour] = []
    for day in range(7):
        for clock in range(24):
            arrivals = 0.0 if found is None else found.usual((day, clock))
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
    """How many work through each hour of the seven days to come: the fewest of its four quarters."""
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    worked = stints(rota, start, start + WEEK, team, agents)
    found: dict[Hour, int] = {}
    at = start
    while at < start + WEEK:
        hour = hour_of(at, local)
        count = _there(worked, at)
        found[hour] = min(found.get(hour, count), count)
        at += QUARTER
    return found


def _there(worked: Sequence[Stint], at: datetime) -> int:
    return sum(stint.start <= at and at + QUARTER <= stint.end for stint in worked)
