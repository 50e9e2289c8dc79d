"""Giving out what waits in a team's queue, as its strategy says, a bounded number at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from ...errors import NotFound, Refused
from .. import notify, targets
from ..commands import Command
from ..commands.machine import Tell
from ..commands.routing import RunRoutes
from ..events import Assigned, Event, StatusChanged
from ..handling import By, Handler, Said, Steps, acting
from ..people import Actor, Team
from ..suggest import did_you_mean
from ..tickets import Status
from ..timers import Timer
from ..unit import Unit
from . import events as re
from . import surging
from .floor import Decision, Floor
from .model import Waiting
from .setting import OnShift, floor_of
from .waking import ROUTING, wake, wake_at_shift, wake_teams_of

#: Tickets given out in one transaction, looked at for it, and loaded at once.
AT_ONCE = 200
LOOK_AT = 5000
PAGE = 500
#: Waiting tickets for which the reason is recorded in one transaction; `route explain` works it out for any.
RECORDED = 50


def fire(unit: Unit, timer: Timer, on_shift: OnShift | None = None) -> Steps:
    """A timer of routing is due. The loads are read from the store, so what else is changed comes first."""
    if unit.changes.tickets:
        unit.set_timer(Timer(unit.source.next_id("timers"), timer.kind, timer.due_at, timer.key))
        return Said("routed in a moment")
    _, what, name = timer.key.split(":", 2)
    if what == "agent":
        wake_teams_of(unit, name)
    elif what == "ticket":
        yield from acting(_taken_up(unit, int(name), on_shift), ROUTING)
    elif name in unit.teams:
        return (yield from acting(_run(unit, unit.teams[name], on_shift), ROUTING))
    return Said("the teams are looked at")


def run(unit: Unit, command: RunRoutes, actor: Actor) -> Steps:
    """By hand. Raises NotFound and Refused."""
    if command.team is not None and command.team not in unit.teams:
        raise NotFound(
            f"no team is called “{command.team}”{did_you_mean(command.team, unit.teams)}",
            "deskctl team list shows them",
        )
    teams = [t for _, t in sorted(unit.teams.items()) if command.team in (None, t.handle) and t.plan.routed]
    if not teams:
        which = f"team {command.team} takes its" if command.team else "every team takes its"
        raise Refused(f"{which} tickets by hand", "deskctl team set TEAM --route least_loaded routes them")
    given: list[dict[str, object]] = []
    said = []
    for team in teams:
        if unit.changes.tickets:  # the loads of those who are in two teams have changed
            wake(unit, team.handle)
            said.append(f"{team.handle}: in a moment")
            continue
        done = yield from acting(_run(unit, team, None), ROUTING)
        given += done.facts.get("given", [])
        said.append(done.text)
    return Said("; ".join(said), tuple(int(str(g["ticket"])) for g in given), {"given": given})


def _run(unit: Unit, team: Team, on_shift: OnShift | None) -> Steps:
    floor = floor_of(unit, team, on_shift)
    wake_at_shift(unit, team.handle, floor.places)
    busy = yield from surging.moves(unit, team, floor)
    if busy:
        floor = floor_of(unit, team, on_shift)
    if not team.plan.routed:
        return Said(f"{team.handle} takes its tickets by hand")
    if not floor.anybody:
        yield from _nobody(unit, team, floor)
        return Said(f"{team.handle}: nobody is there", facts={"given": []})
    if unit.roster.is_unattended(team.handle):
        unit.roster.set_unattended(team.handle, None)
    chosen, left, more = _choose(unit, team, floor)
    yield from _give(unit, chosen)
    yield from _record(unit, team, left)
    wakes = [*_wakes(floor, left), *([unit.now + team.plan.tick] if surging.lasts(unit, team) else [])]
    if more:
        wake(unit, team.handle)
    elif wakes:
        wake(unit, team.handle, min(wakes))
    given = [{"ticket": ticket.number, "agent": decision.agent} for ticket, decision in chosen]
    waits = f", {len(left)} go on waiting" if left else ""
    return Said(f"{team.handle}: {len(given)} given out{waits}", facts={"given": given})


_Decided = list[tuple[Waiting, Decision]]


def _choose(unit: Unit, team: Team, floor: Floor) -> tuple[_Decided, _Decided, bool]:
    """What goes to whom, what stays, and whether there is more to give out at once."""
    chosen: _Decided = []
    left: _Decided = []
    most = min(floor.room(), AT_ONCE)
    last: Waiting | None = None
    looked = 0
    while looked < (LOOK_AT if most else RECORDED):
        page = unit.roster.waiting(team.handle, PAGE, last)
        for ticket in page:
            decision = floor.decide(ticket)
            if decision.agent is None:
                left.append((ticket, decision))
                continue
            if len(chosen) == AT_ONCE:
                return chosen, left, True
            unit.roster.put_turn(floor.give(decision.agent, ticket))
            chosen.append((ticket, decision))
        looked += len(page)
        if len(page) < PAGE or len(chosen) == floor_limit(most):
            break
        last = page[-1]
    return chosen, left, False


def floor_limit(most: int) -> int:
    """Where looking on would find nobody: everybody has been given enough. AT_ONCE is looked past, to know of more."""
    return most if most < AT_ONCE else -1


def _give(unit: Unit, chosen: _Decided) -> Iterator[Event | By]:
    unit.load_tickets([ticket.number for ticket, _ in chosen])
    given: defaultdict[str, list[int]] = defaultdict(list)
    for waiting, decision in chosen:
        ticket = unit.ticket(waiting.number)
        agent = decision.agent
        if agent is None or ticket.assignee is not None or ticket.status not in (Status.NEW, Status.OPEN):
            continue  # somebody was faster
        yield _routed(unit, waiting, decision)
        yield Assigned(ticket.number, None, agent)
        if ticket.status is Status.NEW:
            yield StatusChanged(ticket.number, Status.NEW, Status.OPEN)
        given[agent].append(ticket.number)
    for agent, numbers in given.items():
        if len(numbers) == 1:
            told = Tell(agent, "assigned", numbers[0])
        else:
            told = Tell(agent, "routed", None, ", ".join(f"#{number}" for number in numbers))
        yield from acting(notify.tell(unit, told, ROUTING), ROUTING)


def _record(unit: Unit, team: Team, left: Sequence[tuple[Waiting, Decision]]) -> Iterator[Event]:
    """Why the first of them wait, where that is news."""
    news = [(ticket, decision) for ticket, decision in left if decision.why != ticket.waits][:RECORDED]
    unit.load_tickets([ticket.number for ticket, _ in news])
    for waiting, decision in news:
        if unit.ticket(waiting.number).assignee is None:
            yield _routed(unit, waiting, decision)


def _routed(unit: Unit, waiting: Waiting, decision: Decision) -> re.Routed:
    team = unit.teams[unit.ticket(waiting.number).team or ""]
    return re.Routed(
        waiting.number,
        decision.agent,
        team.plan.strategy.value,
        "former_owner" if decision.agent is not None and decision.agent == waiting.former else decision.why,
        decision.candidates,
        {reason: list(names) for reason, names in decision.left_out.items()},
        decision.skills,
        decision.relaxed,
        waiting.tier,
    )


def _nobody(unit: Unit, team: Team, floor: Floor) -> Iterator[Event | By]:
    """Everything stays where it is; the team hears of it once."""
    waiting = unit.roster.waiting(team.handle, RECORDED)
    yield from _record(unit, team, [(ticket, floor.decide(ticket)) for ticket in waiting])
    if not waiting or unit.roster.is_unattended(team.handle):
        return
    unit.roster.set_unattended(team.handle, unit.now)
    yield re.NobodyThere(None, team.handle)
    detail = ", ".join(f"#{ticket.number}" for ticket in waiting[:10])
    for agent in targets.members(unit, team.handle):
        yield from acting(notify.tell(unit, Tell(agent.handle, "nobody", None, detail), ROUTING), ROUTING)


def _taken_up(unit: Unit, number: int, on_shift: OnShift | None) -> Steps:
    """A solved ticket goes on: with its owner if they are there, else as one that waits."""
    ticket = unit.find_ticket(number)
    team = None if ticket is None else unit.teams.get(ticket.team or "")
    if ticket is None or team is None or ticket.status is not Status.OPEN or ticket.assignee is None:
        return Said("nothing to route")
    owner = ticket.assignee
    floor = floor_of(unit, team, on_shift)
    if floor.is_there(owner):
        yield re.Routed(number, owner, team.plan.strategy.value, "former_owner")
    else:
        yield re.FormerOwner(number, owner)
        yield Assigned(number, owner, None)
        wake(unit, team.handle)
    return Said(f"ticket {number} goes on", (number,))


def _wakes(floor: Floor, left: Sequence[tuple[Waiting, Decision]]) -> Iterator[datetime]:
    """When somebody may be able to take one of them by time alone."""
    if (tick := floor.next_tick()) is not None:
        yield tick
    for ticket, decision in left:
        if "skills" in decision.left_out and (at := floor.relaxes_at(ticket)) is not None and at > floor.now:
            yield at


HANDLERS: dict[type[Command], Handler] = {RunRoutes: run}
