"""Events of routing, approvals and presence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ...i18n import _
from ..kernel.event import Event, Kept
from ..kernel.undo import UNRECORDED, Follows, Hindrance, Restore, Undoable, changed_since
from ..messages.events import MessageWithdrawn
from ..values.dataclass_json import conflicts

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


@dataclass(frozen=True, slots=True)
class TicketGivenBack(Event):
    """An agent gave the ticket back or passed it on: routing skips this agent until another one has had the ticket."""

    kind = "handed_on"
    undo = Follows(_("the assignment is undone"))

    agent: str


@dataclass(frozen=True, slots=True)
class FormerAssignee(Event):
    """The ticket reopened while its assignee `agent` was not available; the agent has priority when available again."""

    kind = "former_owner"
    undo = Follows(_("it ends when the ticket is assigned"))

    agent: str


@dataclass(frozen=True, slots=True)
class TierChanged(Event):
    """The lowest tier whose agents can have the ticket changed; None: all agents of the team."""

    kind = "tier_changed"
    undo = Undoable("The tier is what it was.")

    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class ApprovalAsked(Event):
    """`asker` asks an agent of a higher tier to approve what the note `message` says."""

    kind = "approval_asked"
    undo = Undoable("The request for approval and its note are withdrawn.")

    asker: str
    message: int

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        unit.withdraw(self.message)
        yield ApprovalWithdrawn(self.ticket, self.asker)


@dataclass(frozen=True, slots=True)
class ApprovalDecided(Event):
    """An approval was decided. `asked` is the note of the request, `message` that of the decision, if there is one."""

    kind = "approval_decided"
    undo = Undoable("The approval is open again; the note of the answer is withdrawn.")

    asker: str
    granted: bool
    asked: int | None = None
    message: int | None = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.message is not None:
            unit.withdraw(self.message)
            yield MessageWithdrawn(self.ticket, self.message)
        yield ApprovalAsked(self.ticket, self.asker, self.asked or 0)


@dataclass(frozen=True, slots=True)
class ApprovalWithdrawn(Event):
    """The request was withdrawn, or (`asked` is its note) the ticket was done before the decision."""

    kind = "approval_withdrawn"
    undo = Undoable("The approval is open again.")

    asker: str
    asked: int | None = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.asked is not None:
            yield ApprovalAsked(self.ticket, self.asker, self.asked)


@dataclass(frozen=True, slots=True)
class PresenceChanged(Event):
    """An agent's presence changed, until a moment or (None) until the next change."""

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
        changed = conflicts(unit.roster.presence(self.agent), self.kept["new"])
        what = _("the presence of {agent}", agent=self.agent)
        return changed_since(what, changed, _("use deskctl agent online, away or offline"))


@dataclass(frozen=True, slots=True)
class AgentMoved(Event):
    """An agent was moved to an overloaded channel, or (`to` None) back to their own channels."""

    kind = "agent_moved"
    undo = Follows(_("routing moves agents by itself"))
    concerns = "agent {agent}"

    agent: str
    to: str | None
    team: str
    why: str


@dataclass(frozen=True, slots=True)
class TeamUnattended(Event):
    """Tickets of a team wait and none of its agents is available. Recorded once, until an agent is available again."""

    kind = "nobody_there"
    undo = Follows(_("routing warns by itself"))
    concerns = "team {team}"

    team: str


@dataclass(frozen=True, slots=True)
class RestorePresence(Restore):
    """Restore fields of an agent's presence."""

    agent: str
    fields: Mapping[str, Any]
