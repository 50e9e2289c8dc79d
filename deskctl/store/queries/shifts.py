"""Who works when, and how many it takes, as documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, or_, select

from ...core.calendars.administration import existing as existing_calendar
from ...core.calendars.model import ALWAYS, Calendar, zone
from ...core.kernel.settings import BUILT_IN, Settings
from ...core.shifts import documents as showing
from ...core.shifts import staffing as planning
from ...core.shifts import workload as demands
from ...core.shifts.hours import parse_shift, written
from ...core.shifts.model import Rota
from ...core.shifts.queries import FindGaps, ListHandovers, ListShifts, PlanStaffing, ShowShifts
from ...core.shifts.views import GapReport, HandoverRow, ShiftRow, ShiftWeek, StaffingReport
from ...core.shifts.workload import Demand
from ...core.values.durations import parse_duration
from ...core.values.suggestions import did_you_mean
from ...errors import NotFound, UsageError
from ..levels import PolicyBookCache
from ..moments import from_micros, to_micros
from ..shifts import handover, rota
from ..tables import agents, calls, handovers, handovers_read, memberships, messages, teams, tickets
from .asked import moment
from .reader import Answers

_LONGEST = timedelta(days=366)
_QUARTER = 15 * 60 * 1_000_000
_ASSUMED = "assumed"
#: What stands for every channel on which people talk, whatever carries it.
_CHAT = "chat"


def list_shifts(connection: Connection, query: ListShifts) -> list[ShiftRow]:
    names = _names(connection, query.team, left=True)
    if query.agent is not None and query.agent not in names:
        hint = "deskctl agent list shows them"
        raise NotFound(f"no agent is called “{query.agent}”{did_you_mean(query.agent, names)}", hint)
    wanted = {query.agent} if query.agent is not None else names.keys()
    here = _names(connection, None)
    return [row for row in showing.rows(rota(connection), here) if row["agent"] in wanted]


def show_shifts(connection: Connection, query: ShowShifts, settings: Settings) -> ShiftWeek:
    local, now = _zone(query.timezone, settings), moment(query.now, settings)
    names = _names(connection, query.team)
    first = showing.monday(query.week, now, local)
    document = showing.week(rota(connection), first, now, local, query.team, names)
    if query.reader is not None:
        document["handovers"] = list_handovers(connection, ListHandovers(query.reader, query.team, unread=True))
    return document


def find_gaps(connection: Connection, query: FindGaps, settings: Settings) -> GapReport:
    local, now = _zone(query.timezone, settings), moment(query.now, settings)
    names = _names(connection, query.team)
    length = parse_duration(query.ahead, "--next")
    if length > _LONGEST:
        raise UsageError(f"--next {query.ahead} is too far ahead", "at most a year, as in 14d")
    calendar = _hours(connection, query, local)
    found = _demand(connection, settings, now, local, query.team, None)
    return showing.gap_report(rota(connection), calendar, (now, now + length), local, query.team, list(names), found)


def list_handovers(connection: Connection, query: ListHandovers) -> list[HandoverRow]:
    wanted: list[Any] = []
    if query.team is not None:
        _names(connection, query.team)
        wanted.append(or_(handovers.c.team == query.team, handovers.c.team.is_(None)))
    if query.reader is not None:
        mine = select(memberships.c.team).where(memberships.c.agent == query.reader)
        if query.team is None:
            wanted.append(or_(handovers.c.team.in_(mine), handovers.c.team.is_(None)))
        if query.unread:
            read = select(handovers_read.c.handover).where(handovers_read.c.agent == query.reader)
            wanted += [
                handovers.c.id > func.coalesce(read.scalar_subquery(), 0),
                handovers.c.author != query.reader,
            ]
    newest = select(handovers).where(*wanted).order_by(handovers.c.id.desc()).limit(query.limit)  # None: all
    return [showing.handover_row(handover(row)) for row in connection.execute(newest)]


def plan_staffing(connection: Connection, query: PlanStaffing, settings: Settings) -> StaffingReport:
    local, now = _zone(query.timezone, settings), moment(query.now, settings)
    names = _names(connection, query.team)
    target = planning.parse_target(query.target)
    shrinkage = 0.0 if query.shrinkage is None else planning.parse_share(query.shrinkage, "--shrinkage")
    if not 1 <= query.at_once <= 100:
        raise UsageError(f"nobody does {query.at_once} at once", "--at-once 3")
    channels = _channels(settings, query.channel)
    found = _demand(connection, settings, now, local, query.team, channels)
    aht, aht_from = _handling(connection, query, settings, found, channels)
    work = planning.Work(aht, target, shrinkage, query.at_once)
    worked: Rota = rota(connection)
    hours = planning.plan(found, work, planning.present(worked, now, local, query.team, list(names)))
    remarks = [*demands.remarks(found), *_doubts(connection, query, settings, found, channels, aht_from)]
    if not any(shift.agent in names for shift in worked.shifts):
        remarks.append("nobody has a shift: deskctl shift add AGENT --hours …")
    return {
        "team": query.team,
        "channel": query.channel,
        "timezone": local.key,
        "share": target.share,
        "within": int(target.within.total_seconds()),
        "aht": round(aht.total_seconds()),
        "aht_from": aht_from,
        "shrinkage": shrinkage,
        "at_once": query.at_once,
        "history": None if found is None else found.history(),
        "missing": sum(max(0, -row["spare"]) for row in hours),
        "most": max(row["needed"] for row in hours),
        "hours": hours,
        "remarks": remarks,
    }


def _handling(
    connection: Connection, query: PlanStaffing, settings: Settings, found: Demand | None, channels: list[str]
) -> tuple[timedelta, str]:
    """How long a request takes, and where that is from. Raises UsageError: calls say nothing of other channels."""
    if query.aht is not None:
        return planning.parse_handling(query.aht), "as given"
    if channels and not set(channels) & set(_phones(settings)):
        raise UsageError(f"how long does a request on {query.channel} take? No call says so", "--aht 6m")
    if found is not None:
        where = [*_calls(found.since, found.until, query.team, channels), calls.c.seconds > 0]
        average, count = connection.execute(_from_calls(func.avg(calls.c.seconds), func.count()).where(*where)).one()
        if count:
            return timedelta(seconds=float(average)), f"the average of {demands.many(count, 'call')}"
    return planning.ASSUMED, _ASSUMED


def _doubts(
    connection: Connection,
    query: PlanStaffing,
    settings: Settings,
    found: Demand | None,
    channels: list[str],
    aht_from: str,
) -> list[str]:
    """Where the plan rests on something else than what was counted."""
    said = []
    waiting = {*_phones(settings), *_chats(settings)}
    if not channels:
        said.append(f"there is no {query.channel}: no channel of this desk is one, and nothing arrives")
    later = [channel for channel in channels if channel not in waiting]
    if later:
        said.append(f"Erlang C is for those who wait on the line: on {', '.join(later)} it asks for too many people")
    if aht_from == _ASSUMED:
        said.append("no call says how long a request takes: 6 min are assumed; --aht says it")
    elif query.aht is None and set(channels) & set(_chats(settings)):
        said.append("chats are taken to last as long as calls: --channel chat --aht LENGTH looks at them alone")
    if query.team is not None and found is not None:
        where = [*_calls(found.since, found.until, None, channels), tickets.c.team.is_(None)]
        count = connection.execute(_from_calls(func.count()).where(*where)).scalar_one()
        if count:
            does = "belongs to no team and does" if count == 1 else "belong to no team and do"
            said.append(f"{demands.many(count, 'call')} {does} not count: deskctl set NUMBER team={query.team}")
    return said


def _demand(
    connection: Connection,
    settings: Settings,
    now: datetime,
    local: ZoneInfo,
    team: str | None,
    channels: list[str] | None,
) -> Demand | None:
    """Requests are tickets on the channels, and calls that came in, whatever ticket they were about."""
    oldest = select(tickets.c.created_at).order_by(tickets.c.number).limit(1)
    first = connection.execute(oldest).scalar_one_or_none()
    window = demands.window(None if first is None else from_micros(first), now)
    if window is None:
        return None
    since, until = window
    phones = _phones(settings)
    opened: list[Any] = [
        tickets.c.created_at >= to_micros(since),
        tickets.c.created_at < to_micros(until),
        tickets.c.spam.is_(False),
        tickets.c.channel.not_in(phones),
    ]
    if team is not None:
        opened.append(tickets.c.team == team)
    if channels is not None:
        opened.append(tickets.c.channel.in_(channels))
    quarter = tickets.c.created_at // _QUARTER
    arrived = list(connection.execute(select(quarter, func.count()).where(*opened).group_by(quarter)))
    called = messages.c.sent_at // _QUARTER
    where = _calls(since, until, team, channels)
    arrived += connection.execute(_from_calls(called, func.count()).where(*where).group_by(called))
    return demands.demand(((from_micros(at * _QUARTER), n) for at, n in arrived), since, until, local)


def _from_calls(*columns: Any) -> Any:
    joined = calls.join(messages, messages.c.id == calls.c.message).join(tickets, tickets.c.number == messages.c.ticket)
    return select(*columns).select_from(joined)


def _calls(since: datetime, until: datetime, team: str | None, channels: list[str] | None) -> list[Any]:
    where: list[Any] = [
        calls.c.direction == "in",
        messages.c.sent_at >= to_micros(since),
        messages.c.sent_at < to_micros(until),
        messages.c.withdrawn.is_(False),
    ]
    if team is not None:
        where.append(tickets.c.team == team)
    if channels is not None:
        where.append(messages.c.channel.in_(channels))
    return where


def _phones(settings: Settings) -> list[str]:
    return _of_kind(settings, "phone")


def _chats(settings: Settings) -> list[str]:
    return sorted({*_of_kind(settings, _CHAT), *(n for n, c in settings.channels.items() if c.conversational)})


def _of_kind(settings: Settings, wanted: str) -> list[str]:
    known = {**BUILT_IN, **settings.channels}
    return sorted(name for name, channel in known.items() if wanted in (name, channel.kind))


def _channels(settings: Settings, wanted: str | None) -> list[str]:
    """Those with this name or of this kind; None: those on which customers wait for the answer. Raises NotFound."""
    if wanted is None:
        return sorted({*_phones(settings), *_chats(settings)})
    if wanted == _CHAT:
        return _chats(settings)
    found = _of_kind(settings, wanted)
    if not found:
        known = {**BUILT_IN, **settings.channels}
        names = sorted({_CHAT, *known, *(channel.kind for channel in known.values())})
        raise NotFound(f"there is no channel “{wanted}”{did_you_mean(wanted, names)}", f"there is {', '.join(names)}")
    return found


def _hours(connection: Connection, query: FindGaps, local: ZoneInfo) -> Calendar:
    """Raises NotFound, UsageError."""
    if query.hours is not None and query.calendar is not None:
        raise UsageError("--hours and --calendar both say when somebody is to be there", "name one of them")
    if query.hours is not None:
        week = parse_shift(query.hours)
        return Calendar(written(week), local.key, week)
    book = PolicyBookCache().book(connection)
    if query.calendar is not None:
        return existing_calendar(book, query.calendar)
    own = None if query.team is None else book.calendar(query.team)
    return own or existing_calendar(book, ALWAYS)


def _names(connection: Connection, team: str | None, *, left: bool = False) -> dict[str, str]:
    """Names of the agents of a team, or of all, by handle; with those who have `left`. Raises NotFound."""
    wanted = select(agents.c.handle, agents.c.name).order_by(agents.c.handle)
    if not left:
        wanted = wanted.where(agents.c.active)
    if team is not None:
        known: Sequence[str] = connection.execute(select(teams.c.handle)).scalars().all()
        if team not in known:
            hint = "deskctl team list shows them"
            raise NotFound(f"no team is called “{team}”{did_you_mean(team, known)}", hint)
        wanted = wanted.where(agents.c.handle.in_(select(memberships.c.agent).where(memberships.c.team == team)))
    return {row.handle: row.name for row in connection.execute(wanted)}


def _zone(name: str | None, settings: Settings) -> ZoneInfo:
    """Raises UsageError."""
    return zone(name or settings.timezone)


ANSWERS: Answers = {
    ListShifts: lambda reader, query: list_shifts(reader.connection, query),
    ShowShifts: lambda reader, query: show_shifts(reader.connection, query, reader.settings),
    FindGaps: lambda reader, query: find_gaps(reader.connection, query, reader.settings),
    ListHandovers: lambda reader, query: list_handovers(reader.connection, query),
    PlanStaffing: lambda reader, query: plan_staffing(reader.connection, query, reader.settings),
}
