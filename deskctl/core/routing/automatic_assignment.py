"""Automatic assignment: routing assigns the tickets in the queue of a team, a limited number in each transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ...errors import NotFound, Refused
from ...i18n import _, joined, preferred, translate
from ..agents import targets
from ..agents.model import Team
from ..agents.repository import Agents
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import By, Handler, Steps, acting
from ..kernel.outcome import Outcome
from ..kernel.timers import Timer
from ..kernel.unit import Unit
from ..notifications import notify
from ..notifications.commands import NotifyAgent
from ..tickets.assignment import assign_to_agent
from ..tickets.events import Assigned, FormerAssignee
from ..tickets.model import Status
from ..tickets.repository import Tickets
from ..values.suggestions import did_you_mean
from . import events as routing_events
from . import explanation, surge
from .commands import RunRoutes
from .model import QueuedTicket
from .repository import Routing
from .team_router import Decision, TeamRouter
from .team_state import OnShift, router_for
from .triggers import (
    ROUTING,
    QueuePosition,
    parse_position,
    schedule_at_next_shift,
    schedule_rest,
    schedule_routing,
    schedule_teams_of,
)

#: The number of tickets that one transaction assigns, inspects for that, and loads at once.
MAX_ASSIGNMENTS = 200
MAX_INSPECTED = 5000
PAGE_SIZE = 500
#: Reasons why a ticket waits although agents are available, and that do not resolve with time.
STUCK_REASONS = frozenset({"channel", "tier", "skills", "gave_back"})
#: The number of waiting tickets for which one transaction records the reason; `route explain` calculates it anew.
MAX_RECORDED = 50


def assign_on_timer(unit: Unit, timer: Timer, on_shift: OnShift | None = None) -> Steps:
    """Assign waiting tickets when a routing timer is due.

    The loads of agents are read from the store. Therefore, if the transaction has already changed tickets, the timer is
    set again for the next transaction.
    """
    if Tickets.of(unit).changes.tickets:
        unit.set_timer(Timer(unit.source.next_id("timers"), timer.kind, timer.due_at, timer.key))
        return Outcome(_("routing is scheduled"))
    _kind, what, name = timer.key.split(":", 2)
    if what == "rest":
        position, _colon, name = name.partition(":")
        return (
            yield from acting(
                _route_team(unit, Agents.of(unit).teams[name], on_shift, parse_position(position)), ROUTING
            )
        )
    if what == "agent":
        schedule_teams_of(unit, name)
    elif what == "ticket":
        yield from acting(_route_reopened(unit, int(name), on_shift), ROUTING)
    elif name in Agents.of(unit).teams:
        return (yield from acting(_route_team(unit, Agents.of(unit).teams[name], on_shift), ROUTING))
    return Outcome(_("routing is scheduled"))


def run(unit: Unit, command: RunRoutes, actor: Actor) -> Steps:
    """Route on request. Raises NotFound and Refused."""
    if command.team is not None and command.team not in Agents.of(unit).teams:
        raise NotFound(
            _(
                'no team is called "{name}"{suggestion}',
                name=command.team,
                suggestion=did_you_mean(command.team, Agents.of(unit).teams),
            ),
            _("see deskctl team list"),
        )
    teams = [t for _, t in sorted(Agents.of(unit).teams.items()) if command.team in (None, t.handle) and t.plan.routed]
    if not teams:
        raise Refused(
            _("team {team} assigns its tickets manually", team=command.team)
            if command.team
            else _("all teams assign their tickets manually"),
            _("deskctl team set TEAM --route least_loaded turns on routing"),
        )
    assigned: list[dict[str, object]] = []
    summaries: list[str] = []
    for team in teams:
        if Tickets.of(unit).changes.tickets:  # the loads of agents in several teams have changed
            schedule_routing(unit, team.handle)
            summaries.append(_("{team}: scheduled", team=team.handle))
            continue
        done = yield from acting(_route_team(unit, team, None), ROUTING)
        assigned += done.facts.get("given", [])
        summaries.append(done.summary)
    return Outcome(joined("; ", summaries), tuple(int(str(g["ticket"])) for g in assigned), {"given": assigned})


def _route_team(unit: Unit, team: Team, on_shift: OnShift | None, after: QueuePosition | None = None) -> Steps:
    """Route the queue of a team. `after`: only the part after this position, because the rest was just inspected."""
    router = router_for(unit, team, on_shift)
    schedule_at_next_shift(unit, team.handle, router.candidates)
    busy = yield from surge.rebalance(unit, team, router)
    if busy:
        router = router_for(unit, team, on_shift)
    if not team.plan.routed:
        return Outcome(_("{team} assigns its tickets manually", team=team.handle))
    if not router.anyone_available:
        yield from _warn_unattended(unit, team, router)
        return Outcome(_("{team}: no agent is available", team=team.handle), facts={"given": []})
    if Routing.of(unit).is_unattended(team.handle):
        Routing.of(unit).set_unattended(team.handle, None)
    waiting = sum(count for count, _ in Routing.of(unit).busy(team.handle).values())
    selection = _select(unit, team, router, after)
    yield from _assignment_events(unit, selection.chosen)
    yield from _record_reasons(unit, team, router, selection.left)
    attempts = [
        *_next_attempts(router, selection.left),
        *([unit.now + team.plan.tick] if surge.needs_recheck(unit, team) else []),
    ]
    if selection.more:
        schedule_routing(unit, team.handle)
    elif attempts:
        schedule_routing(unit, team.handle, min(attempts))
    if selection.rest is not None:
        schedule_rest(unit, team.handle, selection.rest)
    assigned = [{"ticket": ticket.number, "agent": decision.agent} for ticket, decision in selection.chosen]
    left = waiting - len(assigned)
    summary = (
        _(
            "{team}: {assigned} assigned, {waiting} still waiting",
            team=team.handle,
            assigned=len(assigned),
            waiting=left,
        )
        if left
        else _("{team}: {assigned} assigned", team=team.handle, assigned=len(assigned))
    )
    return Outcome(summary, facts={"given": assigned, "waiting": left})


_Decisions = list[tuple[QueuedTicket, Decision]]


@dataclass(slots=True)
class _Selection:
    """The decisions of one run: `chosen` tickets get an agent, those in `left` wait.

    `more`: further tickets can be assigned at once. `rest`: the position after which the queue was not inspected yet.
    """

    chosen: _Decisions = field(default_factory=list)
    left: _Decisions = field(default_factory=list)
    more: bool = False
    rest: QueuePosition | None = None


def _select(unit: Unit, team: Team, router: TeamRouter, after: QueuePosition | None) -> _Selection:
    made = _Selection()
    most = min(router.free_capacity(), MAX_ASSIGNMENTS)
    looked = 0
    while looked < (MAX_INSPECTED if most else MAX_RECORDED):
        page = Routing.of(unit).waiting(team.handle, PAGE_SIZE, after)
        for ticket in page:
            decision = router.decide(ticket)
            if decision.agent is None:
                made.left.append((ticket, decision))
                continue
            if len(made.chosen) == MAX_ASSIGNMENTS:
                made.more = True
                return made
            Routing.of(unit).put_turn(router.record_turn(decision.agent, ticket))
            made.chosen.append((ticket, decision))
        looked += len(page)
        if len(page) < PAGE_SIZE or len(made.chosen) == _enough(most):
            return made
        after = QueuePosition(page[-1].queue_at, page[-1].number)
    made.rest = after if most else None
    return made


def _enough(most: int) -> int:
    """Return the number of assignments after which no agent can get more.

    At the limit MAX_ASSIGNMENTS the search continues, to find out whether more tickets can be assigned.
    """
    return most if most < MAX_ASSIGNMENTS else -1


def _assignment_events(unit: Unit, chosen: _Decisions) -> Iterator[Event | By]:
    Tickets.of(unit).load([ticket.number for ticket, _ in chosen])
    assigned: defaultdict[str, list[int]] = defaultdict(list)
    for waiting, decision in chosen:
        ticket = Tickets.of(unit).get(waiting.number)
        agent = decision.agent
        if agent is None or ticket.assignee is not None or ticket.status not in (Status.NEW, Status.OPEN):
            continue  # an agent took it in the meantime
        yield _decision_event(unit, waiting, decision)
        yield from assign_to_agent(ticket, agent)
        assigned[agent].append(ticket.number)
    for agent, numbers in assigned.items():
        if len(numbers) == 1:
            notification = NotifyAgent(agent, "assigned", numbers[0])
        else:
            notification = NotifyAgent(agent, "routed", None, ", ".join(f"#{number}" for number in numbers))
        yield from acting(notify.notify_agent(unit, notification, ROUTING), ROUTING)


def _record_reasons(
    unit: Unit, team: Team, router: TeamRouter, left: Sequence[tuple[QueuedTicket, Decision]]
) -> Iterator[Event | By]:
    """Record why the first tickets wait, where that changed, and notify the team of tickets that no agent can take."""
    news = [(ticket, decision) for ticket, decision in left if decision.why != ticket.waits][:MAX_RECORDED]
    Tickets.of(unit).load([ticket.number for ticket, _ in news])
    language = preferred(unit.settings.language)
    stuck: defaultdict[str, list[str]] = defaultdict(list)
    for waiting, decision in news:
        if Tickets.of(unit).get(waiting.number).assignee is None:
            yield _decision_event(unit, waiting, decision)
            if decision.why in STUCK_REASONS and router.skills_waived_at(waiting) is None:
                why = translate(explanation.waiting_reason(decision, waiting), language)
                stuck[why].append(f"#{waiting.number}")
    detail = "\n".join(f"{', '.join(numbers)}: {why}" for why, numbers in stuck.items())
    for agent in targets.members(unit, team.handle) if stuck else ():
        yield from acting(notify.notify_agent(unit, NotifyAgent(agent.handle, "stuck", None, detail), ROUTING), ROUTING)


def _decision_event(unit: Unit, waiting: QueuedTicket, decision: Decision) -> routing_events.Routed:
    team = Agents.of(unit).teams[Tickets.of(unit).get(waiting.number).team or ""]
    return routing_events.Routed(
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


def _warn_unattended(unit: Unit, team: Team, router: TeamRouter) -> Iterator[Event | By]:
    """Warn a team once that tickets wait and no agent is available."""
    waiting = Routing.of(unit).waiting(team.handle, MAX_RECORDED)
    yield from _record_reasons(unit, team, router, [(ticket, router.decide(ticket)) for ticket in waiting])
    if not waiting or Routing.of(unit).is_unattended(team.handle):
        return
    Routing.of(unit).set_unattended(team.handle, unit.now)
    yield routing_events.TeamUnattended(None, team.handle)
    detail = ", ".join(f"#{ticket.number}" for ticket in waiting[:10])
    for agent in targets.members(unit, team.handle):
        yield from acting(
            notify.notify_agent(unit, NotifyAgent(agent.handle, "nobody", None, detail), ROUTING), ROUTING
        )


def _route_reopened(unit: Unit, number: int, on_shift: OnShift | None) -> Steps:
    """Route a reopened ticket: to its assignee if available, otherwise back to the queue."""
    ticket = Tickets.of(unit).find(number)
    team = None if ticket is None else Agents.of(unit).teams.get(ticket.team or "")
    if ticket is None or team is None or ticket.status is not Status.OPEN or ticket.assignee is None:
        return Outcome(_("nothing to route"))
    owner = ticket.assignee
    router = router_for(unit, team, on_shift)
    if router.is_available(owner):
        yield routing_events.Routed(number, owner, team.plan.strategy.value, "former_owner")
    else:
        yield FormerAssignee(number, owner)
        yield Assigned(number, owner, None)
        schedule_routing(unit, team.handle)
    return Outcome(_("ticket {number} is routed again", number=number), (number,))


def _next_attempts(router: TeamRouter, left: Sequence[tuple[QueuedTicket, Decision]]) -> Iterator[datetime]:
    """Yield the moments at which an agent can take one of them without any other change."""
    if (tick := router.next_tick()) is not None:
        yield tick
    for ticket, decision in left:
        if "skills" in decision.left_out and (at := router.skills_waived_at(ticket)) is not None and at > router.now:
            yield at


HANDLERS: dict[type[Command], Handler] = {RunRoutes: run}
