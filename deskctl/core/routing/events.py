"""What routing decided, and what people say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..kernel.event import Event, Kept
from ..kernel.undo import UNRECORDED, Follows, Hindrance, Restore, Undoable, changed_since
from ..tickets.lifecycle import applies
from ..tickets.model import Ticket
from ..values.dataclass_json import conflicts
from .repository import Roster

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class Routed(Event):
    """A ticket went to `agent`, or (None) waits on because of `why`.

    `candidates` are pairs of agent and score, the best first; `left_out` are those who could not take it, by reason.
    `skills` are those that were asked for; `relaxed`: it had waited so long that they no longer were; `waived`: those
    that no active agent of the team had.
    """

    kind = "routed"
    quiet = True
    undo = Follows("the assignment is undone, and routing decides again")

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
def _keep_reason(ticket: Ticket, event: Routed) -> Ticket:
    return ticket if event.agent is not None else replace(ticket, waits=event.why)


@dataclass(frozen=True, slots=True)
class PresenceChanged(Event):
    kind = "presence_changed"
    undo = Undoable("The agent is online, away or offline as before.")
    concerns = "agent {agent}"
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
        changed = conflicts(Roster.of(unit).presence(self.agent), self.kept["new"])
        return changed_since(f"the presence of {self.agent}", changed, "deskctl agent online, away or offline")


@dataclass(frozen=True, slots=True)
class AgentMoved(Event):
    """An agent was moved to a busy channel, or (`to` None) back to their own."""

    kind = "agent_moved"
    undo = Follows("routing moves agents by itself")
    concerns = "agent {agent}"

    agent: str
    to: str | None
    team: str
    why: str


@dataclass(frozen=True, slots=True)
class NobodyThere(Event):
    """Tickets of a team wait and none of its agents is there. Said once until somebody comes."""

    kind = "nobody_there"
    undo = Follows("routing warns by itself")
    concerns = "team {team}"

    team: str


@dataclass(frozen=True, slots=True)
class RestorePresence(Restore):
    agent: str
    fields: Mapping[str, Any]
