"""JSON documents of the rota: shifts, a week, and coverage gaps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ...errors import UsageError
from ...i18n import _
from ..calendars.model import Calendar
from ..values.moments import YEARS
from . import coverage
from .hours import format_week
from .model import Handover, Rota
from .work_periods import AHEAD, WorkPeriod, absent_periods, work_periods
from .workload import QUARTER, Demand, hour_of, remarks
from .workload import utc_text as utc

if TYPE_CHECKING:
    from .views import GapReport, GapRow, HandoverRow, ShiftDay, ShiftPerson, ShiftRow, ShiftWeek

DAY = timedelta(days=1)
NO_SHIFTS = _("no agent has a shift: deskctl shift add AGENT --hours HOURS")


def rows(rota: Rota, here: Collection[str]) -> list[ShiftRow]:
    """Return the rows of shifts and days off, by agent and number. `here` are the active agents."""
    found: list[ShiftRow] = [
        {
            "number": shift.id,
            "kind": "shift",
            "agent": shift.agent,
            "hours": format_week(shift.week),
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
    """Return the Monday of a date's week. Raises UsageError."""
    if week is None:
        day = now.astimezone(local).date()
    else:
        try:
            day = date.fromisoformat(week.strip())
        except ValueError:
            raise UsageError(_('not a date: "{text}"', text=week), _("use YYYY-MM-DD, any day of the week")) from None
        if day.year not in YEARS:
            raise UsageError(
                _('out of range: "{text}"', text=week),
                _("use a date from {first} to {last}", first=YEARS[0], last=YEARS[-1]),
            )
    return day - timedelta(days=day.weekday())


def week(
    rota: Rota, first: date, now: datetime, local: ZoneInfo, team: str | None, names: Mapping[str, str]
) -> ShiftWeek:
    """Return the document of a week. `names` are the agents to show, by handle; agents without shifts are left out.

    Handover notes are added later.
    """
    start = datetime(first.year, first.month, first.day, tzinfo=local)
    span = (start - DAY, start + 8 * DAY)
    worked = _by_date(work_periods(rota, *span, team, names), local)
    off = _by_date(absent_periods(rota, *span, team, names), local)
    agents = sorted({shift.agent for shift in rota.shifts} & names.keys())
    dates = [first + n * DAY for n in range(7)]
    people: list[ShiftPerson] = []
    for agent in agents:
        days = [_day(day, worked.get((agent, day), []), (agent, day) in off, local) for day in dates]
        people.append({"agent": agent, "name": names[agent], "days": days})
    coming = work_periods(rota, now, now + AHEAD, team, names)
    following = next((period for period in coming if period.start > now), None)
    return {
        "week": first.isoformat(),
        "timezone": local.key,
        "team": team,
        "now": _local(now, local),
        "people": people,
        "there": sorted({period.agent for period in coming if period.start <= now}),
        "next": None if following is None else {"agent": following.agent, "at": _local(following.start, local)},
        "handovers": [],
    }


def _by_date(found: Iterable[WorkPeriod], local: ZoneInfo) -> dict[tuple[str, date], list[WorkPeriod]]:
    """Return periods by agent and by the local date on which they begin, independent of the time zone of the shift."""
    placed: dict[tuple[str, date], list[WorkPeriod]] = {}
    for piece in (piece for period in found for piece in _by_day(period, local)):
        placed.setdefault((piece.agent, piece.start.astimezone(local).date()), []).append(piece)
    return placed


def _by_day(period: WorkPeriod, local: ZoneInfo) -> list[WorkPeriod]:
    """Return a period, split at midnight if it is longer than a day."""
    found = []
    while period.end - period.start > DAY:
        day = period.start.astimezone(local).date() + DAY
        midnight = datetime(day.year, day.month, day.day, tzinfo=local).astimezone(period.start.tzinfo)
        found.append(period._replace(end=midnight))
        period = period._replace(start=midnight)
    return [*found, period]


def _day(day: date, worked: Sequence[WorkPeriod], off: bool, local: ZoneInfo) -> ShiftDay:
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
    """Return the gaps: when `calendar` is open and none of `agents` works, with the expected number of requests."""
    start, end = span
    open_ = coverage.open_periods(calendar, start, end)
    found = coverage.gaps(open_, work_periods(rota, start, end, team, agents))
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
    warnings = remarks(demand)
    if not any(shift.agent in agents for shift in rota.shifts):
        warnings.insert(0, NO_SHIFTS)
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
        "remarks": warnings,
    }


def _expected(gap: coverage.Span, demand: Demand, local: ZoneInfo) -> float:
    """Return the expected number of requests in a gap, quarter hour by quarter hour."""
    total = 0.0
    at = gap.start
    while at < gap.end:
        part = min(gap.end, at + QUARTER)
        total += demand.average(hour_of(at, local)) * ((part - at) / timedelta(hours=1))
        at = part
    return total


def handover_row(note: Handover) -> HandoverRow:
    return {"id": note.id, "team": note.team, "author": note.author, "text": note.text, "at": utc(note.at)}


def _local(at: datetime, local: ZoneInfo) -> str:
    """Format a moment as RFC 3339 with the local offset."""
    return at.astimezone(local).isoformat(timespec="seconds")


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
