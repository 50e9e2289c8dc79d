"""Setting up the rota, and handing over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from ...errors import NotFound, Refused, UsageError
from ..agents.model import Agent
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
from . import commands as c
from .events import AbsenceAdded, AbsenceRemoved, HandoverWritten, RestoreRota, ShiftAdded, ShiftRemoved
from .expand import AHEAD, stints
from .hours import parse_shift, written
from .model import Absence, Handover, Rota, Shift

LONGEST_NOTE = 4000
#: After this no whole year is left to look ahead in.
_LATEST = datetime(9998, 12, 1, tzinfo=UTC)


def add(unit: Unit, command: c.AddShift, actor: Actor) -> Steps:
    agent = _agent(unit, command.agent)
    team = None if command.team is None else _team(unit, command.team)
    first, last = _maybe_date(command.first), _maybe_date(command.last)
    if first is not None and last is not None and last < first:
        raise UsageError(f"a shift until {last} cannot begin on {first}", "--from comes before --until")
    timezone = zone(command.timezone or unit.settings.timezone).key
    number = unit.source.next_id("shifts")
    shift = Shift(number, agent.handle, timezone, parse_shift(command.hours), first, last, team)
    remarks = _remarks(unit, shift, agent)
    unit.shifts.add(shift=shift)
    yield ShiftAdded(None, number, agent.handle)
    said = f"shift {number}: {agent.handle} works {written(shift.week)} ({timezone})"
    return Outcome(
        said, facts={"shift": number, "agent": agent.handle, "hours": written(shift.week), "remarks": remarks}
    )


def _remarks(unit: Unit, shift: Shift, agent: Agent) -> list[str]:
    found = []
    others = unit.shifts.rota.of(agent.handle).shifts
    days = [day for other in others if (day := _both_from(shift, other, unit.now)) is not None]
    if days:
        found.append(f"{agent.handle} has another shift at the same time, from {min(days)} on: they are there once")
    if shift.last is not None and shift.last < unit.now.astimezone(zone(shift.timezone)).date():
        found.append(f"the shift ended on {shift.last}: it never begins")
    if shift.team is not None and shift.team not in agent.teams:
        found.append(
            f"{agent.handle} is not in team {shift.team}: deskctl agent set {agent.handle} --join {shift.team}"
        )
    return found


def _both_from(one: Shift, other: Shift, now: datetime) -> date | None:
    """The first day, where `one` is worked, on which both are at the same time; None within two weeks of their both
    being worked."""
    firsts = [shift.first for shift in (one, other) if shift.first is not None and shift.first > now.date()]
    begins = [datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1) for day in firsts]
    start = min(max([now, *begins]), _LATEST)
    end = start + AHEAD + timedelta(days=2)
    both = (
        max(first.start, second.start)
        for first in stints(Rota((one,)), start, end)
        for second in stints(Rota((other,)), start, end)
        if first.start < second.end and second.start < first.end
    )
    at = min(both, default=None)
    return None if at is None else at.astimezone(zone(one.timezone)).date()


def take_off(unit: Unit, command: c.TakeOff, actor: Actor) -> Steps:
    agent = _agent(unit, command.agent)
    first = _date(command.first)
    last = first if command.last is None else _date(command.last)
    if last < first:
        raise UsageError(f"days off until {last} cannot begin on {first}", "--from comes before --until")
    number = unit.source.next_id("shifts")
    mine = unit.shifts.rota.of(agent.handle)
    unit.shifts.add(absence=Absence(number, agent.handle, first, last))
    yield AbsenceAdded(None, number, agent.handle, first.isoformat(), last.isoformat())
    remarks = [
        f"{agent.handle} is off {_days(known)} already: deskctl shift remove {known.id} takes that back"
        for known in mine.absences
        if known.first <= last and first <= known.last
    ]
    if not mine.shifts:
        remarks.append(f"{agent.handle} has no shifts to be off from")
    facts = {"shift": number, "agent": agent.handle, "remarks": remarks}
    days = _days(Absence(number, agent.handle, first, last))
    return Outcome(f"shift {number}: {agent.handle} is off {days}", facts=facts)


def _days(absence: Absence) -> str:
    if absence.first == absence.last:
        return f"on {absence.first}"
    return f"from {absence.first} to {absence.last}"


def remove(unit: Unit, command: c.RemoveShift, actor: Actor) -> Steps:
    rota = unit.shifts.rota
    shift = next((s for s in rota.shifts if s.id == command.number), None)
    absence = next((a for a in rota.absences if a.id == command.number), None)
    if shift is None and absence is None:
        raise NotFound(f"there is no shift {command.number}", "deskctl shift list shows them with their numbers")
    unit.shifts.remove(command.number)
    if shift is not None:
        yield ShiftRemoved(None, shift.id, shift.agent, plain(shift))
        said = f"shift {shift.id} of {shift.agent} is removed: {written(shift.week)}"
    else:
        assert absence is not None
        yield AbsenceRemoved(None, absence.id, absence.agent, plain(absence))
        said = f"{absence.agent} is not off {_days(absence)} after all"
    return Outcome(said, facts={"shift": command.number})


def restore(unit: Unit, past: RestoreRota) -> Iterator[Event]:
    """Undo a change of the rota: what was removed is there again with its number, what was added is not."""
    rota = unit.shifts.rota
    if past.shift is not None:
        shift = read_plain(Shift, past.shift)
        unit.shifts.add(shift=shift)
        yield ShiftAdded(None, shift.id, shift.agent)
    if past.absence is not None:
        absence = read_plain(Absence, past.absence)
        unit.shifts.add(absence=absence)
        first, last = absence.first.isoformat(), absence.last.isoformat()
        yield AbsenceAdded(None, absence.id, absence.agent, first, last)
    if past.gone is not None:
        unit.shifts.remove(past.gone)
        for gone in (s for s in rota.shifts if s.id == past.gone):
            yield ShiftRemoved(None, gone.id, gone.agent, plain(gone))
        for off in (a for a in rota.absences if a.id == past.gone):
            yield AbsenceRemoved(None, off.id, off.agent, plain(off))


def hand_over(unit: Unit, command: c.HandOver, actor: Actor) -> Steps:
    author = unit.agents.get(actor.handle or "")
    if author is None:
        raise Refused("only an agent hands over", "--as AGENT says who you are")
    text = command.text.strip()
    if not text:
        raise UsageError("a note without words tells nobody anything", '-m "what the next shift should know"')
    if len(text) > LONGEST_NOTE:
        raise UsageError(f"that is too long for a note: {len(text)} characters", f"at most {LONGEST_NOTE}")
    if command.team is not None:
        team: str | None = _team(unit, command.team)
    elif len(author.teams) > 1:
        teams = sorted(author.teams)
        raise UsageError(f"whom is it for? You are in {', '.join(teams)}", f"--team {teams[0]}")
    else:
        team = next(iter(author.teams), None)
    number = unit.source.next_id("handovers")
    unit.shifts.hand_over(Handover(number, team, author.handle, text, unit.now))
    yield HandoverWritten(None, number, author.handle, team)
    who = f"team {team}" if team else "everybody"
    return Outcome(f"noted for the next shift of {who}", facts={"handover": number, "team": team})


def read(unit: Unit, command: c.ReadHandovers, actor: Actor) -> Steps:
    yield from ()
    if actor.handle is not None:
        unit.shifts.mark_read(actor.handle, command.upto)
    return Outcome("read")


def _agent(unit: Unit, handle: str) -> Agent:
    agent = unit.agents.get(handle)
    if agent is None:
        raise NotFound(
            f"no agent is called “{handle}”{did_you_mean(handle, unit.agents)}", "deskctl agent list shows them"
        )
    if not agent.active:
        raise Refused(f"{handle} does not work here any more", f"deskctl agent set {handle} --active")
    return agent


def _team(unit: Unit, handle: str) -> str:
    if handle not in unit.teams:
        raise NotFound(
            f"no team is called “{handle}”{did_you_mean(handle, unit.teams)}", "deskctl team list shows them"
        )
    return handle


def _maybe_date(text: str | None) -> date | None:
    return None if text is None else _date(text)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"“{text}” is no date", "as in 2027-03-01") from None


HANDLERS: dict[type[Command], Handler] = {
    c.AddShift: add,
    c.TakeOff: take_off,
    c.RemoveShift: remove,
    c.HandOver: hand_over,
    c.ReadHandovers: read,
}
RESTORERS: dict[type[Restore], Restorer] = {RestoreRota: restore}
