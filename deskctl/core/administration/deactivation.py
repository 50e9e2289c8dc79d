"""The consequences when an agent is deactivated or leaves a team: tickets, presence, SLA steps."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Final, TypeVar

from ...i18n import _
from ..agents.events import AgentChanged
from ..agents.model import Agent
from ..agents.repository import Agents
from ..kernel.actor import Actor
from ..kernel.event import Event
from ..kernel.handler import By, Steps
from ..kernel.outcome import Outcome
from ..kernel.timers import Timer, TimerKind
from ..kernel.unit import Unit
from ..routing.events import AgentMoved, PresenceChanged
from ..routing.model import State
from ..routing.repository import Routing
from ..sla.policy_warnings import inactive_agent_remarks
from ..sla.repository import Sla
from ..tickets.events import Assigned
from ..tickets.model import ACTIVE
from ..tickets.repository import Tickets
from ..values.dataclass_json import differing

T = TypeVar("T")

#: The timer of the next portion of tickets to unassign.
UNASSIGN: Final = TimerKind("unassign")
#: Tickets that one transaction unassigns. Mail servers wait for it, because the store has one writer.
PORTION = 50


def unassign_tickets(unit: Unit, before: Agent, after: Agent) -> Generator[Event, None, tuple[int, ...]]:
    """Unassign the active tickets of a deactivated agent, or of an agent who left the tickets' team.

    Return the ticket numbers. If there are more than a portion, a timer unassigns the others in further commands of the
    same invocation, so that no transaction takes long.
    """
    teams = None if before.active and not after.active else before.teams - after.teams
    if teams is not None and not teams:
        return ()
    unassigned, is_last = yield from _unassign_portion(unit, before.handle, teams)
    if not is_last:
        _schedule_next(unit, unit.command_id)
    return unassigned


def unassign_more(unit: Unit, timer: Timer) -> Steps:
    """Handle the timer of a large deactivation: unassign the next portion in the name of its agent or user."""
    first = int(timer.key.rpartition(":")[2])
    record = unit.source.command(first)
    if record is None or record.undone:
        return Outcome(_("nothing is due"))
    for change in (r.event for r in unit.source.events_of_command(first)):
        if isinstance(change, AgentChanged) and change.kept is not None:
            now = Agents.of(unit).agents[change.agent]
            old, new = change.kept["old"], change.kept["new"]
            left = frozenset(old.get("teams", ())) - now.teams
            deactivated = bool(old.get("active")) and not new.get("active", True) and not now.active
            unit.continue_command(record)
            portion = _unassign_portion(unit, change.agent, None if deactivated else left)
            unassigned, is_last = yield from _acting(portion, record.actor)
            if not is_last:
                _schedule_next(unit, first)
            return Outcome(_("tickets of {agent} are back in the queue", agent=change.agent), unassigned)
    return Outcome(_("nothing is due"))


def _unassign_portion(
    unit: Unit, agent: str, teams: frozenset[str] | None
) -> Generator[Event, None, tuple[tuple[int, ...], bool]]:
    """Unassign up to PORTION tickets of an agent. Return their numbers, and True if there are no more."""
    numbers = Tickets.of(unit).source.active_of(agent, teams, PORTION)
    Tickets.of(unit).load(numbers)
    unassigned = []
    for ticket in map(Tickets.of(unit).get, numbers):
        if ticket.assignee == agent and ticket.status in ACTIVE and (teams is None or ticket.team in teams):
            yield Assigned(ticket.number, agent, None)
            unassigned.append(ticket.number)
    return tuple(unassigned), len(numbers) < PORTION


def _acting(portion: Generator[Event, None, T], actor: Actor) -> Generator[By, None, T]:
    """Yield the events of a portion with `actor` as their actor."""
    while True:
        try:
            event = next(portion)
        except StopIteration as stop:
            result: T = stop.value
            return result
        yield By(event, actor)


def _schedule_next(unit: Unit, first: int) -> None:
    """Set the timer of the next portion. `first` is the command that began."""
    key = f"{UNASSIGN}:{first}"
    unit.set_timer(Timer(unit.source.next_id("timers"), UNASSIGN, unit.now, key))


def end_presence(unit: Unit, agent: Agent) -> Iterator[Event]:
    """End the move to another channel if the agent may no longer be moved; set a deactivated agent offline."""
    presence = Routing.of(unit).presence(agent.handle)
    changed = presence
    if presence.moved is not None and not (agent.active and agent.seat.surge and presence.moved_by in agent.teams):
        changed = replace(changed, moved=None, moved_by=None)
        why = "no longer allowed" if agent.active and presence.moved_by in agent.teams else "the agent left"
        yield AgentMoved(None, agent.handle, None, presence.moved_by or "", why)
    if not agent.active and presence.state is not State.OFFLINE:
        changed = replace(changed, state=State.OFFLINE, since=unit.now, until=None)
        was = presence.at(unit.now).value
        before = differing(presence, changed, ("state", "since", "until"))
        yield PresenceChanged(None, agent.handle, was, State.OFFLINE.value, kept=before)
    if changed != presence:
        Routing.of(unit).put_presence(changed)


def policy_remarks(unit: Unit, agent: Agent) -> Iterator[str]:
    """Yield a remark for each step of an SLA policy that names an agent who is not active."""
    if not agent.active:
        for policy in Sla.of(unit).book.current_policies:
            for remark in inactive_agent_remarks(policy, [agent.handle]):
                yield _("policy {policy}: {remark}", policy=policy.name, remark=remark)
