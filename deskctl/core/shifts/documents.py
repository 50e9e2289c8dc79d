"""The rota as documents: its rows, a week of it, and the hours that it leaves open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ...errors import UsageError
from ..calendars.model import Calendar
from ..values.moments import YEARS
from . import coverage
from .expand import AHEAD, Stint, lost, stints
from .hours import written
from .model import Handover, Rota
from .views import GapReport, GapRow, HandoverRow, ShiftDay, ShiftPerson, ShiftRow, ShiftWeek
from .workload import QUARTER, Demand, hour_of, remarks
from .workload import written as utc

DAY = timedelta(days=1)


def rows(rota: Rota, here: Collection[str]) -> list[ShiftRow]:
    """By agent, then number. `here` are the agents who have not left."""
    found: list[ShiftRow] = [
        {
            "number": shift.id,
            "kind": "shift",
            "agent": shift.agent,
            "hours": written(shift.week),
            "timezone": shift.timezone,
            "from": _iso(shift.first),
            "until": _iso(shift.last),
            "team": shift.team,
            "left": shift.agent not in here,
        }
        for shift in rota.shifts
    ]
    found += [
        {
            "number": absence.id,
            "kind": "off",
            "agent": absence.agent,
            "hours": None,
            "timezone": None,
            "from": _iso(absence.first),
            "until": _iso(absence.last),
            "team": None,
            "left": absence.agent not in here,
        }
        for absence in rota.absences
    ]
    return sorted(found, key=lambda row: (row["agent"], row["number"]))


def monday(week: str | None, now: datetime, local: ZoneInfo) -> date:
    """The Monday of a date's week. Raises UsageError."""
    if week is None:
        day = now.astimezone(local).date()
    else:
        try:
            day = date.fromisoformat(week.strip())
        except ValueError:
            raise UsageError(f"“{week}” is no date", "as in 2027-03-01: the week that has it is shown") from None
        if day.year not in YEARS:
            raise UsageError(f"“{week}” is too far away", f"weeks from {YEARS[0]} to {YEARS[-1]} are shown")
    return day - timedelta(days=day.weekday())


def week(
    rota: Rota, first: date, now: datetime, local: ZoneInfo, team: str | None, names: Mapping[str, str]
) -> ShiftWeek:
    """`names` are the agents who count, by handle; those without any shift are left out. Notes are added later."""
    start = datetime(first.year, first.month, first.day, tzinfo=local)
    span = (start - DAY, start + 8 * DAY)
    worked = _by_date(stints(rota, *span, team, names), local)
    off = _by_date(lost(rota, *span, team, names), local)
    agents = sorted({shift.agent for shift in rota.shifts} & names.keys())
    dates = [first + n * DAY for n in range(7)]
    people: list[ShiftPerson] = []
    for agent in agents:
        days = [_day(day, worked.get((agent, day), []), (agent, day) in off, local) for day in dates]
        people.append({"agent": agent, "name": names[agent], "days": days})
    coming = stints(rota, now, now + AHEAD, team, names)
    following = next((stint for stint in coming if stint.start > now), None)
    return {
        "week": first.isoformat(),
        "timezone": local.key,
        "team": team,
        "now": _local(now, local),
        "people": people,
        "there": sorted({stint.agent for stint in coming if stint.start <= now}),
        "next": None if following is None else {"agent": following.agent, "at": _local(following.start, local)},
        "handovers": [],
    }


def _by_date(found: Iterable[Stint], local: ZoneInfo) -> dict[tuple[str, date], list[Stint]]:
    """Whose begins on which day of the local clock, whatever day it is where the shift is worked."""
    placed: dict[tuple[str, date], list[Stint]] = {}
    for piece in (piece for stint in found for piece in _by_day(stint, local)):
        placed.setdefault((piece.agent, piece.start.astimezone(local).date()), []).append(piece)
    return placed


def _by_day(stint: Stint, local: ZoneInfo) -> list[Stint]:
    """A stint as it is; one of more than a day cut at midnight."""
    found = []
    while stint.end - stint.start > DAY:
        day = stint.start.astimezone(local).date() + DAY
        midnight = datetime(day.year, day.month, day.day, tzinfo=local).astimezone(stint.start.tzinfo)
        found.append(stint._replace(end=midnight))
        stint = stint._replace(start=midnight)
    return [*found, stint]


def _day(day: date, worked: Sequence[Stint], off: bool, local: ZoneInfo) -> ShiftDay:
    return {
        "date": day.isoformat(),
        "shifts": [{"from": _local(s.start, local), "to": _local(s.end, local)} for s in worked],
        "off": off and not worked,
    }


def gap_report(
    rota: Rota,
    calendar: Calendar,
    span: tuple[datetime, datetime],
    local: ZoneInfo,
    team: str | None,
    agents: Sequence[str],
    demand: Demand | None,
) -> GapReport:
    """Where `calendar` is open between the two moments and none of `agents` works, with what usually arrives then."""
    start, end = span
    open_ = coverage.opening(calendar, start, end)
    found = coverage.gaps(open_, stints(rota, start, end, team, agents))
    whole, missing = coverage.total(open_), coverage.total(found)
    known = demand if demand is not None and demand.total else None
    gaps: list[GapRow] = [
        {
            "from": _local(gap.start, local),
            "to": _local(gap.end, local),
            "seconds": int(gap.length.total_seconds()),
            "arrivals": None if known is None else round(_expected(gap, known, local), 1),
        }
        for gap in found
    ]
    said = remarks(demand)
    if not any(shift.agent in agents for shift in rota.shifts):
        said.insert(0, "nobody has a shift: deskctl shift add AGENT --hours …")
    return {
        "team": team,
        "hours": calendar.name,
        "timezone": local.key,
        "from": _local(start, local),
        "to": _local(end, local),
        "open": int(whole.total_seconds()),
        "covered": int((whole - missing).total_seconds()),
        "gaps": gaps,
        "arrivals": None if known is None else round(sum(_expected(gap, known, local) for gap in found), 1),
        "history": None if known is None else known.history(),
        "remarks": said,
    }


def _expected(gap: coverage.Span, demand: Demand, local: ZoneInfo) -> float:
    """What usually arrives in a stretch: each of its quarter hours brings its part of that hour's."""
    total = 0.0
    at = gap.start
    while at < gap.end:
        part = min(gap.end, at + QUARTER)
        total += demand.usual(hour_of(at, local)) * ((part - at) / timedelta(hours=1))
        at = part
    return total


def handover_row(note: Handover) -> HandoverRow:
    return {"id": note.id, "team": note.team, "author": note.author, "text": note.text, "at": utc(note.at)}


def _local(at: datetime, local: ZoneInfo) -> str:
    """RFC 3339 with the offset that holds there then."""
    return at.astimezone(local).isoformat(timespec="seconds")


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
