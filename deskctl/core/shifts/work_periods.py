"""Expand a rota into work periods, and find who is on shift at a moment.

An agent is on shift while the wall clock in the shift's time zone shows a time within a frame of the day, or of the day
before if that frame continues past midnight. So a night is an hour shorter when clocks are set forward, and an hour
longer when they are set back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from ..calendars.model import DAY, zone
from ..calendars.time_zones import offset_periods, seconds
from .model import Rota, Shift

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


#: How far ahead the rota is searched for the next shift.
AHEAD = timedelta(days=14)


class WorkPeriod(NamedTuple):
    """A period that an agent works: half-open, aware, UTC. `day` is the date on which the shift begins."""

    start: datetime
    end: datetime
    agent: str
    day: date


def on_shift(rota: Rota, agent: str, moment: datetime, team: str | None = None) -> bool | None:
    """Return True if an agent works at a moment (aware), for one team or for any. None: the agent is in no rota."""
    mine = [shift for shift in rota.shifts if shift.agent == agent]
    if not mine:
        return None
    return any(_works(rota, shift, moment) for shift in mine if team is None or shift.team in (None, team))


def _works(rota: Rota, shift: Shift, moment: datetime) -> bool:
    local = moment.astimezone(zone(shift.timezone))
    clock = local.hour * 3600 + local.minute * 60 + local.second
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        at = clock + back * DAY
        if any(f.start <= at < f.end for f in shift.frames(day)) and not rota.is_absent(shift.agent, day):
            return True
    return False


def next_start(rota: Rota, agents: Collection[str], now: datetime) -> datetime | None:
    """Return the start of the next shift of these agents, at most AHEAD from `now`; None if they have no shifts."""
    if not any(shift.agent in agents for shift in rota.shifts):
        return None
    coming = work_periods(rota, now, now + AHEAD, agents=agents)
    return min((period.start for period in coming if period.start > now), default=now + AHEAD)


def work_periods(
    rota: Rota, start: datetime, end: datetime, team: str | None = None, agents: Collection[str] | None = None
) -> list[WorkPeriod]:
    """Return the work periods between two moments in order, for a `team` (including shifts for all teams) or for all.

    Adjacent and overlapping periods of an agent are merged into one, with the day of the first. Periods are cut at both
    moments.
    """
    wanted = _selected(rota, team, agents)
    return _merged(s for shift in wanted for s in _periods_of(shift, start, end) if not rota.is_absent(s.agent, s.day))


def absent_periods(
    rota: Rota, start: datetime, end: datetime, team: str | None = None, agents: Collection[str] | None = None
) -> list[WorkPeriod]:
    """Return the periods that days off remove between two moments, in the format of `work_periods`."""
    wanted = _selected(rota, team, agents)
    return _merged(s for shift in wanted for s in _periods_of(shift, start, end) if rota.is_absent(s.agent, s.day))


def _selected(rota: Rota, team: str | None, agents: Collection[str] | None) -> list[Shift]:
    return [
        shift
        for shift in rota.shifts
        if (team is None or shift.team in (None, team)) and (agents is None or shift.agent in agents)
    ]


def _merged(found: Iterable[WorkPeriod]) -> list[WorkPeriod]:
    places: dict[str, int] = {}
    joined: list[WorkPeriod] = []
    for period in sorted(found):
        place = places.get(period.agent)
        if place is not None and period.start <= joined[place].end:
            joined[place] = joined[place]._replace(end=max(joined[place].end, period.end))
        else:
            places[period.agent] = len(joined)
            joined.append(period)
    return joined


def _periods_of(shift: Shift, start: datetime, end: datetime) -> Iterator[WorkPeriod]:
    local = zone(shift.timezone)
    first, last = seconds(start), seconds(end)
    for year in range(start.astimezone(UTC).year, end.astimezone(UTC).year + 1):
        for begin, stop, offset in offset_periods(local, year):
            low, high = max(begin, first), min(stop, last)
            if low >= high:
                continue
            for number in range((low + offset) // DAY - 1, (high + offset - 1) // DAY + 1):
                day = date.fromordinal(_EPOCH_DAY + number)
                midnight = number * DAY - offset
                for frame in shift.frames(day):
                    one, other = max(midnight + frame.start, low), min(midnight + frame.end, high)
                    if one < other:
                        yield WorkPeriod(_moment(one), _moment(other), shift.agent, day)


def _moment(at: int) -> datetime:
    return _EPOCH + timedelta(seconds=at)
