"""Events of routing, approvals and presence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ...dataclass import dataclass
from ...i18n import _
from ..kernel.event import Event, Kept
from ..kernel.undo import UNRECORDED, Follows, Hindrance, Restore, Undoable, changed_since
from ..tickets.lifecycle import applies
from ..tickets.model import Ticket
from ..values.dataclass_json import conflicts
from .repository import Routing

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class Routed(Event):
    """A routing decision: a ticket went to `agent`, or (None) continues to wait because of `why`.

    `candidates` are pairs of agent and score, the best first; `left_out` are the other agents, by reason. `skills` are
    the required skills; `relaxed`: they were waived because the ticket waited too long; `waived`: those that no active
    agent of the team had.
    """

    kind = "routed"
    quiet = True
    undo = Follows(_("the assignment is undone, and routing decides again"))

    agent: str | None
    strategy: str
    why: str = ""
    candidates: tuple[Any, ...] = ()
    left_out: dict[str, Any] = field(default_factory=dict)
    skills: tuple[str, ...] = ()
    relaxed: bool = False
    tier: str | None = None
    waived: tuple[str, ...] = ()


@applies(Routed)
def _store_reason(ticket: Ticket, event: Routed, at: datetime) -> Ticket:
    return ticket if event.agent is not None else replace(ticket, waits=event.why)


@dataclass(frozen=True, slots=True)
class PresenceChanged(Event):
    """An agent's presence changed, until a moment or (None) until the next change."""

    kind = "presence_changed"
    undo = Undoable("The agent is online, away or offline as before.")
    concerns = _("agent {agent}")
    agent: str
    old: str
    new: str
    until: datetime | None = None

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield RestorePresence(self.agent, self.kept["old"])

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if self.kept is None:
            return UNRECORDED
        changed = conflicts(Routing.of(unit).presence(self.agent), self.kept["new"])
        what = _("the presence of {agent}", agent=self.agent)
        return changed_since(what, changed, _("use deskctl agent online, away or offline"))


@dataclass(frozen=True, slots=True)
class AgentMoved(Event):
    """An agent was moved to an overloaded channel, or (`to` None) back to their own channels."""

    kind = "agent_moved"
    undo = Follows(_("routing moves agents by itself"))
    concerns = _("agent {agent}")

    agent: str
    to: str | None
    team: str
    why: str


@dataclass(frozen=True, slots=True)
class TeamUnattended(Event):
    """Tickets of a team wait and none of its agents is available. Recorded once, until an agent is available again."""

    kind = "nobody_there"
    undo = Follows(_("routing warns by itself"))
    concerns = _("team {team}")

    team: str


@dataclass(frozen=True, slots=True)
class RestorePresence(Restore):
    """Restore fields of an agent's presence."""

    agent: str
    fields: Mapping[str, Any]
