"""Setting up the rota, and handing over."""

from __future__ import annotations

from datetime import date, timedelta

from ...errors import NotFound, Refused, UsageError
from ..calendars.model import zone
from ..commands import Command
from ..commands import shifts as c
from ..handling import Handler, Said, Steps
from ..people import Actor, Agent
from ..suggest import did_you_mean
from ..unit import Unit
from .events import AbsenceAdded, AbsenceRemoved, HandoverWritten, ShiftAdded, ShiftRemoved
from .expanding import stints
from .hours import parse_shift, written
from .model import Absence, Handover, Rota, Shift

LONGEST_NOTE = 4000


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
    return Said(said, facts={"shift": number, "agent": agent.handle, "hours": written(shift.week), "remarks": remarks})


def _remarks(unit: Unit, shift: Shift, agent: Agent) -> list[str]:
    found = []
    start = unit.now
    new = stints(Rota((shift,)), start, start + timedelta(days=14))
    for stint in stints(unit.shifts.rota.of(agent.handle), start, start + timedelta(days=14)):
        if any(one.start < stint.end and stint.start < one.end for one in new):
            day = max(stint.start, new[0].start).astimezone(zone(shift.timezone)).date()
            found.append(f"{agent.handle} has another shift at the same time, from {day} on: they are there once")
            break
    if shift.last is not None and shift.last < unit.now.astimezone(zone(shift.timezone)).date():
        found.append(f"the shift ended on {shift.last}: it never begins")
    if shift.team is not None and shift.team not in agent.teams:
        found.append(
            f"{agent.handle} is not in team {shift.team}: deskctl agent set {agent.handle} --join {shift.team}"
        )
    return found


def take_off(unit: Unit, command: c.TakeOff, actor: Actor) -> Steps:
    agent = _agent(unit, command.agent)
    first = _date(command.first)
    last = first if command.last is None else _date(command.last)
    if last < first:
        raise UsageError(f"days off until {last} cannot begin on {first}", "--from comes before --until")
    number = unit.source.next_id("shifts")
    unit.shifts.add(absence=Absence(number, agent.handle, first, last))
    yield AbsenceAdded(None, number, agent.handle, first.isoformat(), last.isoformat())
    days = f"on {first}" if first == last else f"from {first} to {last}"
    remarks = [] if unit.shifts.rota.of(agent.handle).shifts else [f"{agent.handle} has no shifts to be off from"]
    facts = {"shift": number, "agent": agent.handle, "remarks": remarks}
    return Said(f"{number}: {agent.handle} is off {days}", facts=facts)


def remove(unit: Unit, command: c.RemoveShift, actor: Actor) -> Steps:
    rota = unit.shifts.rota
    shift = next((s for s in rota.shifts if s.id == command.number), None)
    absence = next((a for a in rota.absences if a.id == command.number), None)
    if shift is None and absence is None:
        raise NotFound(f"there is no shift {command.number}", "deskctl shift list shows them with their numbers")
    unit.shifts.remove(command.number)
    if shift is not None:
        yield ShiftRemoved(None, shift.id, shift.agent)
        said = f"shift {shift.id} of {shift.agent} is removed: {written(shift.week)}"
    else:
        assert absence is not None
        yield AbsenceRemoved(None, absence.id, absence.agent)
        said = f"{absence.agent} is not off from {absence.first} to {absence.last} after all"
    return Said(said, facts={"shift": command.number})


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
    else:
        team = next(iter(author.teams)) if len(author.teams) == 1 else None
    number = unit.source.next_id("handovers")
    unit.shifts.hand_over(Handover(number, team, author.handle, text, unit.now))
    yield HandoverWritten(None, number, author.handle, team)
    who = f"team {team}" if team else "everybody"
    return Said(f"noted for the next shift of {who}", facts={"handover": number, "team": team})


def read(unit: Unit, command: c.ReadHandovers, actor: Actor) -> Steps:
    yield from ()
    if actor.handle is not None:
        unit.shifts.mark_read(actor.handle, command.upto)
    return Said("read")


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
