"""Queries for shifts, coverage, staffing and handover notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, or_, select

from ...core.calendars.model import ALWAYS, Calendar, zone
from ...core.kernel.settings import Settings
from ...core.messages.channels import BUILT_IN, Channels
from ...core.shifts import documents, staffing, workload
from ...core.shifts.hours import format_week, parse_shift
from ...core.shifts.model import Rota
from ...core.shifts.queries import FindGaps, ListHandovers, ListShifts, PlanStaffing, ShowShifts
from ...core.shifts.workload import Demand
from ...core.sla.calendars import existing as existing_calendar
from ...core.values.durations import parse_duration
from ...core.values.suggestions import did_you_mean
from ...errors import NotFound, UsageError
from ...i18n import _, _n, _p
from ..moments import from_micros, to_micros
from ..shifts import handover, rota
from ..sla import PolicyBookCache
from ..tables import agents, calls, handovers, handovers_read, memberships, messages, teams, tickets
from .parameters import moment
from .reader import Answers

if TYPE_CHECKING:
    from ...core.shifts.views import GapReport, HandoverRow, ShiftRow, ShiftWeek, StaffingReport

_LONGEST = timedelta(days=366)
_QUARTER = 15 * 60 * 1_000_000
_ASSUMED = _p("handling time", "assumed")
#: The word for all conversational channels, independent of their type.
_CHAT = "chat"


def list_shifts(connection: Connection, query: ListShifts) -> list[ShiftRow]:
    names = _names(connection, query.team, left=True)
    if query.agent is not None and query.agent not in names:
        raise NotFound(
            _(
                'no agent is called "{name}"{suggestion}',
                name=query.agent,
                suggestion=did_you_mean(query.agent, names),
            ),
            _("see deskctl agent list"),
        )
    wanted = {query.agent} if query.agent is not None else names.keys()
    here = _names(connection, None)
    return [row for row in documents.rows(rota(connection), here) if row["agent"] in wanted]


def show_shifts(connection: Connection, query: ShowShifts, settings: Settings) -> ShiftWeek:
    local, now = _zone(query.timezone, settings), moment(query.now, settings)
    names = _names(connection, query.team)
    first = documents.monday(query.week, now, local)
    document = documents.week(rota(connection), first, now, local, query.team, names)
    if query.reader is not None:
        document["handovers"] = list_handovers(connection, ListHandovers(query.reader, query.team, unread=True))
    return document


def find_gaps(connection: Connection, query: FindGaps, settings: Settings) -> GapReport:
    local, now = _zone(query.timezone, settings), moment(query.now, settings)
    names = _names(connection, query.team)
    length = parse_duration(query.ahead, "--next")
    if length > _LONGEST:
        raise UsageError(_("--next {length} is too long", length=query.ahead), _("use at most a year, for example 14d"))
    calendar = _hours(connection, query, local)
    found = _demand(connection, settings, now, local, query.team, None)
    return documents.gap_report(rota(connection), calendar, (now, now + length), local, query.team, list(names), found)


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
    return [documents.handover_row(handover(row)) for row in connection.execute(newest)]


def plan_staffing(connection: Connection, query: PlanStaffing, settings: Settings) -> StaffingReport:
    local, now = _zone(query.timezone, settings), moment(query.now, settings)
    names = _names(connection, query.team)
    target = staffing.parse_target(query.target)
    shrinkage = 0.0 if query.shrinkage is None else staffing.parse_share(query.shrinkage, "--shrinkage")
    if not 1 <= query.at_once <= 100:
        raise UsageError(_("--at-once {count} is out of range", count=query.at_once), _("use a number from 1 to 100"))
    channels = _channels(settings, query.channel)
    found = _demand(connection, settings, now, local, query.team, channels)
    aht, aht_from = _handling(connection, query, settings, found, channels)
    work = staffing.Work(aht, target, shrinkage, query.at_once)
    worked: Rota = rota(connection)
    hours = staffing.plan(found, work, staffing.present(worked, now, local, query.team, list(names)))
    remarks = [*workload.remarks(found), *_assumptions(connection, query, settings, found, channels, aht_from)]
    if not any(shift.agent in names for shift in worked.shifts):
        remarks.append(documents.NO_SHIFTS)
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
    """Return the handling time of a request and its source.

    Raises UsageError for channels without calls, whose handling time is not known.
    """
    if query.aht is not None:
        return staffing.parse_handling(query.aht), _("as given")
    if channels and not set(channels) & set(_phones(settings)):
        raise UsageError(
            _("the handling time of requests on {channel} is not known", channel=query.channel),
            _("give it, for example --aht 6m"),
        )
    if found is not None:
        conditions = [*_calls(found.since, found.until, query.team, channels), calls.c.seconds > 0]
        average, count = connection.execute(
            _from_calls(func.avg(calls.c.seconds), func.count()).where(*conditions)
        ).one()
        if count:
            source = _n("the average of {n} call", "the average of {n} calls", count)
            return timedelta(seconds=float(average)), source
    return staffing.ASSUMED, _ASSUMED


def _assumptions(
    connection: Connection,
    query: PlanStaffing,
    settings: Settings,
    found: Demand | None,
    channels: list[str],
    aht_from: str,
) -> list[str]:
    """Return warnings about assumptions of the result."""
    warnings: list[str] = []
    waiting = {*_phones(settings), *_chats(settings)}
    if not channels:
        warnings.append(
            _("this desk has no channel of type {channel}, so no requests are counted", channel=query.channel)
        )
    later = [channel for channel in channels if channel not in waiting]
    if later:
        warnings.append(
            _(
                "Erlang C assumes that customers wait for the answer; for {channels} the result is too high",
                channels=", ".join(later),
            )
        )
    if aht_from == _ASSUMED:
        warnings.append(_("the handling time is not known and assumed to be 6 min; set it with --aht"))
    elif query.aht is None and set(channels) & set(_chats(settings)):
        warnings.append(
            _(
                "the handling time of chats is assumed to be that of calls; "
                "use --channel chat --aht LENGTH for chats alone"
            )
        )
    if query.team is not None and found is not None:
        conditions = [*_calls(found.since, found.until, None, channels), tickets.c.team.is_(None)]
        count = connection.execute(_from_calls(func.count()).where(*conditions)).scalar_one()
        if count:
            warnings.append(
                _n(
                    "{n} call without a team is not counted: deskctl set NUMBER team={team}",
                    "{n} calls without a team are not counted: deskctl set NUMBER team={team}",
                    count,
                    team=query.team,
                )
            )
    return warnings


def _demand(
    connection: Connection,
    settings: Settings,
    now: datetime,
    local: ZoneInfo,
    team: str | None,
    channels: list[str] | None,
) -> Demand | None:
    """Return the demand: tickets on the channels, and incoming calls about any ticket."""
    oldest = select(tickets.c.created_at).order_by(tickets.c.number).limit(1)
    first = connection.execute(oldest).scalar_one_or_none()
    window = workload.window(None if first is None else from_micros(first), now)
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
    conditions = _calls(since, until, team, channels)
    arrived += connection.execute(_from_calls(called, func.count()).where(*conditions).group_by(called))
    return workload.demand(((from_micros(at * _QUARTER), n) for at, n in arrived), since, until, local)


def _from_calls(*columns: Any) -> Any:
    joined = calls.join(messages, messages.c.id == calls.c.message).join(tickets, tickets.c.number == messages.c.ticket)
    return select(*columns).select_from(joined)


def _calls(since: datetime, until: datetime, team: str | None, channels: list[str] | None) -> list[Any]:
    conditions: list[Any] = [
        calls.c.direction == "in",
        messages.c.sent_at >= to_micros(since),
        messages.c.sent_at < to_micros(until),
        messages.c.withdrawn.is_(False),
    ]
    if team is not None:
        conditions.append(tickets.c.team == team)
    if channels is not None:
        conditions.append(messages.c.channel.in_(channels))
    return conditions


def _phones(settings: Settings) -> list[str]:
    return _of_kind(settings, "phone")


def _chats(settings: Settings) -> list[str]:
    chats = (name for name, channel in settings.of(Channels).channels.items() if channel.conversational)
    return sorted({*_of_kind(settings, _CHAT), *chats})


def _of_kind(settings: Settings, wanted: str) -> list[str]:
    known = {**BUILT_IN, **settings.of(Channels).channels}
    return sorted(name for name, channel in known.items() if wanted in (name, channel.kind))


def _channels(settings: Settings, wanted: str | None) -> list[str]:
    """Return the channels with a name or of a type; None: those where customers wait for the answer.

    Raises NotFound.
    """
    if wanted is None:
        return sorted({*_phones(settings), *_chats(settings)})
    if wanted == _CHAT:
        return _chats(settings)
    found = _of_kind(settings, wanted)
    if not found:
        known = {**BUILT_IN, **settings.of(Channels).channels}
        names = sorted({_CHAT, *known, *(channel.kind for channel in known.values())})
        raise NotFound(
            _('no channel is called "{name}"{suggestion}', name=wanted, suggestion=did_you_mean(wanted, names)),
            _("channels: {names}", names=", ".join(names)),
        )
    return found


def _hours(connection: Connection, query: FindGaps, local: ZoneInfo) -> Calendar:
    """Return the calendar of a query for gaps. Raises NotFound and UsageError."""
    if query.hours is not None and query.calendar is not None:
        raise UsageError(_("--hours and --calendar exclude each other"), _("use one of them"))
    if query.hours is not None:
        week = parse_shift(query.hours)
        return Calendar(format_week(week), local.key, week)
    book = PolicyBookCache().book(connection)
    if query.calendar is not None:
        return existing_calendar(book, query.calendar)
    calendar = None if query.team is None else book.calendar(query.team)
    return calendar or existing_calendar(book, ALWAYS)


def _names(connection: Connection, team: str | None, *, left: bool = False) -> dict[str, str]:
    """Return the names of a team's agents, or of all agents, by handle; `left`: also deactivated ones.

    Raises NotFound.
    """
    wanted = select(agents.c.handle, agents.c.name).order_by(agents.c.handle)
    if not left:
        wanted = wanted.where(agents.c.active)
    if team is not None:
        known: Sequence[str] = connection.execute(select(teams.c.handle)).scalars().all()
        if team not in known:
            raise NotFound(
                _('no team is called "{name}"{suggestion}', name=team, suggestion=did_you_mean(team, known)),
                _("see deskctl team list"),
            )
        wanted = wanted.where(agents.c.handle.in_(select(memberships.c.agent).where(memberships.c.team == team)))
    return {row.handle: row.name for row in connection.execute(wanted)}


def _zone(name: str | None, settings: Settings) -> ZoneInfo:
    """Return a time zone by name, by default the desk's. Raises UsageError."""
    return zone(name or settings.timezone)


ANSWERS: Answers = {
    ListShifts: lambda reader, query: list_shifts(reader.connection, query),
    ShowShifts: lambda reader, query: show_shifts(reader.connection, query, reader.settings),
    FindGaps: lambda reader, query: find_gaps(reader.connection, query, reader.settings),
    ListHandovers: lambda reader, query: list_handovers(reader.connection, query),
    PlanStaffing: lambda reader, query: plan_staffing(reader.connection, query, reader.settings),
}
