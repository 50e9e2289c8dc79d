"""Giving out what waits in a team's queue, as its strategy says, a bounded number at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ...errors import NotFound, Refused
from ..agents import targets
from ..agents.model import Team
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import By, Handler, Said, Steps, acting
from ..kernel.timers import Timer
from ..kernel.unit import Unit
from ..notifications import notify
from ..notifications.commands import Tell
from ..tickets.events import Assigned, StatusChanged
from ..tickets.model import Status
from ..values.suggestions import did_you_mean
from . import events as re
from . import explain as explaining
from . import overflow as surging
from .capacity import Decision, Floor
from .commands import RunRoutes
from .model import Waiting
from .situation import OnShift, floor_of
from .triggers import ROUTING, Place, read_place, wake, wake_at_shift, wake_for_rest, wake_teams_of

#: Tickets given out in one transaction, looked at for it, and loaded at once.
AT_ONCE = 200
LOOK_AT = 5000
PAGE = 500
#: Reasons for which a ticket waits though there is somebody, and which time alone does not mend.
STUCK = frozenset({"channel", "tier", "skills", "gave_back"})
#: Waiting tickets for which the reason is recorded in one transaction; `route explain` works it out for any.
RECORDED = 50


def fire(unit: Unit, timer: Timer, on_shift: OnShift | None = None) -> Steps:
    """A timer of routing is due. The loads are read from the store, so what else is changed comes first."""
    if unit.changes.tickets:
        unit.set_timer(Timer(unit.source.next_id("timers"), timer.kind, timer.due_at, timer.key))
        return Said("routed in a moment")
    _, what, name = timer.key.split(":", 2)
    if what == "rest":
        place, _, name = name.partition(":")
        return (yield from acting(_run(unit, unit.teams[name], on_shift, read_place(place)), ROUTING))
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


def _run(unit: Unit, team: Team, on_shift: OnShift | None, after: Place | None = None) -> Steps:
    """`after`: only what stands behind this place of the queue, as what stands before it was just looked at."""
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
    waiting = sum(count for count, _ in unit.roster.busy(team.handle).values())
    round_ = _choose(unit, team, floor, after)
    yield from _give(unit, round_.chosen)
    yield from _record(unit, team, floor, round_.left)
    wakes = [*_wakes(floor, round_.left), *([unit.now + team.plan.tick] if surging.lasts(unit, team) else [])]
    if round_.more:
        wake(unit, team.handle)
    elif wakes:
        wake(unit, team.handle, min(wakes))
    if round_.rest is not None:
        wake_for_rest(unit, team.handle, round_.rest)
    given = [{"ticket": ticket.number, "agent": decision.agent} for ticket, decision in round_.chosen]
    left = waiting - len(given)
    waits = f", {left} go on waiting" if left else ""
    return Said(f"{team.handle}: {len(given)} given out{waits}", facts={"given": given, "waiting": left})


_Decided = list[tuple[Waiting, Decision]]


@dataclass(slots=True)
class _Round:
    """What goes to whom and what stays. `more`: there is more to give out at once; `rest`: the place from which the
    queue is yet to be looked at."""

    chosen: _Decided = field(default_factory=list)
    left: _Decided = field(default_factory=list)
    more: bool = False
    rest: Place | None = None


def _choose(unit: Unit, team: Team, floor: Floor, after: Place | None) -> _Round:
    made = _Round()
    most = min(floor.room(), AT_ONCE)
    looked = 0
    while looked < (LOOK_AT if most else RECORDED):
        page = unit.roster.waiting(team.handle, PAGE, after)
        for ticket in page:
            decision = floor.decide(ticket)
            if decision.agent is None:
                made.left.append((ticket, decision))
                continue
            if len(made.chosen) == AT_ONCE:
                made.more = True
                return made
            unit.roster.put_turn(floor.give(decision.agent, ticket))
            made.chosen.append((ticket, decision))
        looked += len(page)
        if len(page) < PAGE or len(made.chosen) == _enough(most):
            return made
        after = Place(page[-1].queue_at, page[-1].number)
    made.rest = after if most else None
    return made


def _enough(most: int) -> int:
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


def _record(unit: Unit, team: Team, floor: Floor, left: Sequence[tuple[Waiting, Decision]]) -> Iterator[Event | By]:
    """Why the first of them wait, where that is news; the team hears of what nobody who is there may have."""
    news = [(ticket, decision) for ticket, decision in left if decision.why != ticket.waits][:RECORDED]
    unit.load_tickets([ticket.number for ticket, _ in news])
    stuck: defaultdict[str, list[str]] = defaultdict(list)
    for waiting, decision in news:
        if unit.ticket(waiting.number).assignee is None:
            yield _routed(unit, waiting, decision)
            if decision.why in STUCK and floor.relaxes_at(waiting) is None:
                why = explaining.why_it_waits(decision, waiting)
                stuck[why].append(f"#{waiting.number}")
    detail = "\n".join(f"{', '.join(numbers)}: {why}" for why, numbers in stuck.items())
    for agent in targets.members(unit, team.handle) if stuck else ():
        yield from acting(notify.tell(unit, Tell(agent.handle, "stuck", None, detail), ROUTING), ROUTING)


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
        decision.waived,
    )


def _nobody(unit: Unit, team: Team, floor: Floor) -> Iterator[Event | By]:
    """Everything stays where it is; the team hears of it once."""
    waiting = unit.roster.waiting(team.handle, RECORDED)
    yield from _record(unit, team, floor, [(ticket, floor.decide(ticket)) for ticket in waiting])
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
