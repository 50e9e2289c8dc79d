"""Add and remove shifts and days off, and write handover notes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from ...errors import NotFound, Refused, UsageError
from ...i18n import Text, _
from ..agents.model import Agent
from ..agents.repository import Agents
from ..calendars.model import zone
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.feature import Restorer
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.undo import Restore
from ..kernel.unit import Unit
from ..values.dataclass_json import plain
from ..values.dataclass_json import read as read_plain
from ..values.suggestions import did_you_mean
from . import commands as shift_commands
from .events import AbsenceAdded, AbsenceRemoved, HandoverWritten, RestoreRota, ShiftAdded, ShiftRemoved
from .hours import format_week, parse_shift
from .model import Absence, Handover, Rota, Shift
from .repository import Shifts
from .work_periods import AHEAD, work_periods

LONGEST_NOTE = 4000
#: The latest start of a search; later there is no whole year to search.
_LATEST = datetime(9998, 12, 1, tzinfo=UTC)


def add(unit: Unit, command: shift_commands.AddShift, actor: Actor) -> Steps:
    agent = _agent(unit, command.agent)
    team = None if command.team is None else _team(unit, command.team)
    first, last = _maybe_date(command.first), _maybe_date(command.last)
    if first is not None and last is not None and last < first:
        raise UsageError(
            _("a shift until {last} cannot begin on {first}", last=last, first=first),
            _("give a date in --from that is before --until"),
        )
    timezone = zone(command.timezone or unit.settings.timezone).key
    number = unit.source.next_id("shifts")
    shift = Shift(number, agent.handle, timezone, parse_shift(command.hours), first, last, team)
    remarks = _remarks(unit, shift, agent)
    Shifts.of(unit).add(shift=shift)
    yield ShiftAdded(None, number, agent.handle)
    summary = _(
        "shift {number}: {agent} works {hours} ({timezone})",
        number=number,
        agent=agent.handle,
        hours=format_week(shift.week),
        timezone=timezone,
    )
    return Outcome(
        summary, facts={"shift": number, "agent": agent.handle, "hours": format_week(shift.week), "remarks": remarks}
    )


def _remarks(unit: Unit, shift: Shift, agent: Agent) -> list[str]:
    """Return warnings about a new shift that is valid but probably a mistake."""
    found: list[str] = []
    others = Shifts.of(unit).rota.of(agent.handle).shifts
    days = [day for other in others if (day := _first_overlap(shift, other, unit.now)) is not None]
    if days:
        found.append(
            _(
                "{agent} has another shift at the same time, from {date} on; overlapping hours count once",
                agent=agent.handle,
                date=min(days),
            )
        )
    if shift.last is not None and shift.last < unit.now.astimezone(zone(shift.timezone)).date():
        found.append(_("the shift never begins: it ended on {date}", date=shift.last))
    if shift.team is not None and shift.team not in agent.teams:
        found.append(
            _(
                "{agent} is not in team {team}: deskctl agent set {agent} --join {team}",
                agent=agent.handle,
                team=shift.team,
            )
        )
    return found


def _first_overlap(one: Shift, other: Shift, now: datetime) -> date | None:
    """Return the first day, in the time zone of `one`, on which both shifts overlap; None if they do not within two
    weeks after both have begun.
    """
    firsts = [shift.first for shift in (one, other) if shift.first is not None and shift.first > now.date()]
    begins = [datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1) for day in firsts]
    start = min(max([now, *begins]), _LATEST)
    end = start + AHEAD + timedelta(days=2)
    both = (
        max(first.start, second.start)
        for first in work_periods(Rota((one,)), start, end)
        for second in work_periods(Rota((other,)), start, end)
        if first.start < second.end and second.start < first.end
    )
    at = min(both, default=None)
    return None if at is None else at.astimezone(zone(one.timezone)).date()


def take_off(unit: Unit, command: shift_commands.TakeOff, actor: Actor) -> Steps:
    agent = _agent(unit, command.agent)
    first = _date(command.first)
    last = first if command.last is None else _date(command.last)
    if last < first:
        raise UsageError(
            _("days off until {last} cannot begin on {first}", last=last, first=first),
            _("give a date in --from that is before --until"),
        )
    number = unit.source.next_id("shifts")
    mine = Shifts.of(unit).rota.of(agent.handle)
    Shifts.of(unit).add(absence=Absence(number, agent.handle, first, last))
    yield AbsenceAdded(None, number, agent.handle, first.isoformat(), last.isoformat())
    remarks: list[str] = [
        _(
            "{agent} is already off {days}: deskctl shift remove {number} removes these days off",
            agent=agent.handle,
            days=_days(known),
            number=known.id,
        )
        for known in mine.absences
        if known.first <= last and first <= known.last
    ]
    if not mine.shifts:
        remarks.append(_("{agent} has no shifts, so the days off have no effect", agent=agent.handle))
    facts = {"shift": number, "agent": agent.handle, "remarks": remarks}
    days = _days(Absence(number, agent.handle, first, last))
    summary = _("shift {number}: {agent} is off {days}", number=number, agent=agent.handle, days=days)
    return Outcome(summary, facts=facts)


def _days(absence: Absence) -> Text:
    if absence.first == absence.last:
        return _("on {date}", date=absence.first)
    return _("from {first} to {last}", first=absence.first, last=absence.last)


def remove(unit: Unit, command: shift_commands.RemoveShift, actor: Actor) -> Steps:
    rota = Shifts.of(unit).rota
    shift = next((s for s in rota.shifts if s.id == command.number), None)
    absence = next((a for a in rota.absences if a.id == command.number), None)
    if shift is None and absence is None:
        raise NotFound(_("no shift {number}", number=command.number), _("see deskctl shift list"))
    Shifts.of(unit).remove(command.number)
    if shift is not None:
        yield ShiftRemoved(None, shift.id, shift.agent, plain(shift))
        summary = _(
            "shift {number} of {agent} removed: {hours}",
            number=shift.id,
            agent=shift.agent,
            hours=format_week(shift.week),
        )
    else:
        assert absence is not None
        yield AbsenceRemoved(None, absence.id, absence.agent, plain(absence))
        summary = _(
            "days off {number} of {agent} removed: {days}",
            number=absence.id,
            agent=absence.agent,
            days=_days(absence),
        )
    return Outcome(summary, facts={"shift": command.number})


def restore(unit: Unit, past: RestoreRota) -> Iterator[Event]:
    """Undo a change of the rota: restore what was removed, with its number, and remove what was added."""
    rota = Shifts.of(unit).rota
    if past.shift is not None:
        shift = read_plain(Shift, past.shift)
        Shifts.of(unit).add(shift=shift)
        yield ShiftAdded(None, shift.id, shift.agent)
    if past.absence is not None:
        absence = read_plain(Absence, past.absence)
        Shifts.of(unit).add(absence=absence)
        first, last = absence.first.isoformat(), absence.last.isoformat()
        yield AbsenceAdded(None, absence.id, absence.agent, first, last)
    if past.gone is not None:
        Shifts.of(unit).remove(past.gone)
        for gone in (s for s in rota.shifts if s.id == past.gone):
            yield ShiftRemoved(None, gone.id, gone.agent, plain(gone))
        for off in (a for a in rota.absences if a.id == past.gone):
            yield AbsenceRemoved(None, off.id, off.agent, plain(off))


def hand_over(unit: Unit, command: shift_commands.HandOver, actor: Actor) -> Steps:
    author = Agents.of(unit).agents.get(actor.handle or "")
    if author is None:
        raise Refused(_("only agents can write handover notes"), _("pass --as AGENT or set DESKCTL_AGENT"))
    text = command.text.strip()
    if not text:
        raise UsageError(_("the handover note is empty"), _('give a text, -m "what the next shift should know"'))
    if len(text) > LONGEST_NOTE:
        raise UsageError(
            _("the handover note is too long: {count} characters", count=len(text)),
            _("use at most {maximum} characters", maximum=LONGEST_NOTE),
        )
    if command.team is not None:
        team: str | None = _team(unit, command.team)
    elif len(author.teams) > 1:
        teams = sorted(author.teams)
        raise UsageError(
            _("you are in several teams: {teams}", teams=", ".join(teams)),
            _("name one, for example --team {team}", team=teams[0]),
        )
    else:
        team = next(iter(author.teams), None)
    number = unit.source.next_id("handovers")
    Shifts.of(unit).hand_over(Handover(number, team, author.handle, text, unit.now))
    yield HandoverWritten(None, number, author.handle, team)
    summary = (
        _("handover note for the next shift of team {team} saved", team=team)
        if team
        else _("handover note for the next shift of all agents saved")
    )
    return Outcome(summary, facts={"handover": number, "team": team})


def read(unit: Unit, command: shift_commands.ReadHandovers, actor: Actor) -> Steps:
    yield from ()
    if actor.handle is not None:
        Shifts.of(unit).mark_read(actor.handle, command.upto)
    return Outcome(_("handover notes marked as read"))


def _agent(unit: Unit, handle: str) -> Agent:
    agent = Agents.of(unit).agents.get(handle)
    if agent is None:
        raise NotFound(
            _(
                'no agent is called "{name}"{suggestion}',
                name=handle,
                suggestion=did_you_mean(handle, Agents.of(unit).agents),
            ),
            _("see deskctl agent list"),
        )
    if not agent.active:
        raise Refused(
            _("agent {agent} is deactivated", agent=handle),
            _("deskctl agent set {agent} --active activates the agent", agent=handle),
        )
    return agent


def _team(unit: Unit, handle: str) -> str:
    if handle not in Agents.of(unit).teams:
        raise NotFound(
            _(
                'no team is called "{name}"{suggestion}',
                name=handle,
                suggestion=did_you_mean(handle, Agents.of(unit).teams),
            ),
            _("see deskctl team list"),
        )
    return handle


def _maybe_date(text: str | None) -> date | None:
    return None if text is None else _date(text)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(_('not a date: "{text}"', text=text), _("use YYYY-MM-DD")) from None


HANDLERS: dict[type[Command], Handler] = {
    shift_commands.AddShift: add,
    shift_commands.TakeOff: take_off,
    shift_commands.RemoveShift: remove,
    shift_commands.HandOver: hand_over,
    shift_commands.ReadHandovers: read,
}
RESTORERS: dict[type[Restore], Restorer] = {RestoreRota: restore}
