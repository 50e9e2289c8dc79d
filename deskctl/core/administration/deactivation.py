"""What is left behind when an agent goes: their tickets, their place on a busy channel, steps that name them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

from ..agents.model import Agent
from ..kernel.event import Event
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


def unassign_tickets(unit: Unit, before: Agent, after: Agent) -> Generator[Event, None, tuple[int, ...]]:
    """Who left the desk, or a team, works on none of its tickets any more: they are nobody's, for others to take.
    The numbers of these."""
    left = before.teams - after.teams
    gone = before.active and not after.active
    if not (gone or left):
        return ()
    numbers = Tickets.of(unit).source.active_of(before.handle)
    Tickets.of(unit).load(numbers)
    back = []
    for ticket in map(Tickets.of(unit).get, numbers):
        if ticket.assignee == before.handle and ticket.status in ACTIVE and (gone or ticket.team in left):
            yield Assigned(ticket.number, before.handle, None)
            back.append(ticket.number)
    return tuple(back)


def end_presence(unit: Unit, agent: Agent) -> Iterator[Event]:
    """Who was moved to a busy channel and may no longer be is back on their own; who left is not there at all."""
    presence = Routing.of(unit).presence(agent.handle)
    kept = presence
    if presence.moved is not None and not (agent.active and agent.seat.surge and presence.moved_by in agent.teams):
        kept = replace(kept, moved=None, moved_by=None)
        why = "they allow it no more" if agent.active and presence.moved_by in agent.teams else "they left"
        yield AgentMoved(None, agent.handle, None, presence.moved_by or "", why)
    if not agent.active and presence.state is not State.OFFLINE:
        kept = replace(kept, state=State.OFFLINE, since=unit.now, until=None)
        was = presence.at(unit.now).value
        before = differing(presence, kept, ("state", "since", "until"))
        yield PresenceChanged(None, agent.handle, was, State.OFFLINE.value, kept=before)
    if kept != presence:
        Routing.of(unit).put_presence(kept)


def policy_remarks(unit: Unit, agent: Agent) -> Iterator[str]:
    """What policies would have them do who is not there any more."""
    if not agent.active:
        for policy in Sla.of(unit).book.current_policies:
            yield from (f"policy {policy.name}: {remark}" for remark in inactive_agent_remarks(policy, [agent.handle]))
