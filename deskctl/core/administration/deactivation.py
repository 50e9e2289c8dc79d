"""The consequences when an agent is deactivated or leaves a team: tickets, presence, SLA steps."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

from ...i18n import _
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
    """Unassign the active tickets of a deactivated agent, or of an agent who left the tickets' team.

    Return the ticket numbers.
    """
    left = before.teams - after.teams
    deactivated = before.active and not after.active
    if not (deactivated or left):
        return ()
    numbers = Tickets.of(unit).source.active_of(before.handle)
    Tickets.of(unit).load(numbers)
    unassigned = []
    for ticket in map(Tickets.of(unit).get, numbers):
        if ticket.assignee == before.handle and ticket.status in ACTIVE and (deactivated or ticket.team in left):
            yield Assigned(ticket.number, before.handle, None)
            unassigned.append(ticket.number)
    return tuple(unassigned)


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
