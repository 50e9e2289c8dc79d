"""A rota's weeks as stretches of time, and who is there at a moment.

Somebody is on shift while the wall clock of the shift's zone shows a time within a frame of the day, or of the day
before where that goes past midnight: when clocks are set forward a night is an hour shorter, when they are set back an
hour longer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from ..calendars.model import DAY, zone
from ..calendars.time_zones import seconds, stretches
from .model import Rota, Shift

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


#: How far the rota is looked at for who comes next.
AHEAD = timedelta(days=14)


class Stint(NamedTuple):
    """A stretch that an agent works: half-open, aware, UTC. `day` is the one on which the shift begins."""

    start: datetime
    end: datetime
    agent: str
    day: date


def on_shift(rota: Rota, agent: str, moment: datetime, team: str | None = None) -> bool | None:
    """Whether an agent works at a moment (aware), for a team or for whichever. None: they are in no rota."""
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
        if any(f.start <= at < f.end for f in shift.frames(day)) and not rota.away(shift.agent, day):
            return True
    return False


def next_start(rota: Rota, agents: Collection[str], now: datetime) -> datetime | None:
    """When the next shift of one of these begins; the end of AHEAD when it is further away, None: they have none."""
    if not any(shift.agent in agents for shift in rota.shifts):
        return None
    coming = stints(rota, now, now + AHEAD, agents=agents)
    return min((stint.start for stint in coming if stint.start > now), default=now + AHEAD)


def stints(
    rota: Rota, start: datetime, end: datetime, team: str | None = None, agents: Collection[str] | None = None
) -> list[Stint]:
    """Every stretch between two moments that agents work (for a team: what is for it or for all), in order.

    What touches or overlaps of one agent's is one stint, of the day of its first. Cut at both moments.
    """
    wanted = _wanted(rota, team, agents)
    return _joined(s for shift in wanted for s in _expanded(shift, start, end) if not rota.away(s.agent, s.day))


def lost(
    rota: Rota, start: datetime, end: datetime, team: str | None = None, agents: Collection[str] | None = None
) -> list[Stint]:
    """What days off take away between two moments, as `stints` has what they leave."""
    wanted = _wanted(rota, team, agents)
    return _joined(s for shift in wanted for s in _expanded(shift, start, end) if rota.away(s.agent, s.day))


def _wanted(rota: Rota, team: str | None, agents: Collection[str] | None) -> list[Shift]:
    return [
        shift
        for shift in rota.shifts
        if (team is None or shift.team in (None, team)) and (agents is None or shift.agent in agents)
    ]


def _joined(found: Iterable[Stint]) -> list[Stint]:
    places: dict[str, int] = {}
    joined: list[Stint] = []
    for stint in sorted(found):
        place = places.get(stint.agent)
        if place is not None and stint.start <= joined[place].end:
            joined[place] = joined[place]._replace(end=max(joined[place].end, stint.end))
        else:
            places[stint.agent] = len(joined)
            joined.append(stint)
    return joined


def _expanded(shift: Shift, start: datetime, end: datetime) -> Iterator[Stint]:
    local = zone(shift.timezone)
    first, last = seconds(start), seconds(end)
    for year in range(start.astimezone(UTC).year, end.astimezone(UTC).year + 1):
        for begin, stop, offset in stretches(local, year):
            low, high = max(begin, first), min(stop, last)
            if low >= high:
                continue
            for number in range((low + offset) // DAY - 1, (high + offset - 1) // DAY + 1):
                day = date.fromordinal(_EPOCH_DAY + number)
                midnight = number * DAY - offset
                for frame in shift.frames(day):
                    one, other = max(midnight + frame.start, low), min(midnight + frame.end, high)
                    if one < other:
                        yield Stint(_moment(one), _moment(other), shift.agent, day)


def _moment(at: int) -> datetime:
    return _EPOCH + timedelta(seconds=at)
