"""What routing decided, and what people say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..kernel.event import Event, Kept
from ..kernel.undo import UNRECORDED, Follows, Hindrance, Restore, Undoable, changed_since
from ..messages.events import MessageWithdrawn
from ..values.dataclass_json import conflicts

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


@dataclass(frozen=True, slots=True)
class HandedOn(Event):
    """An agent gave the ticket back or on: it is not routed to them again until somebody had it."""

    undo = Follows("the assignment is undone")

    agent: str


@dataclass(frozen=True, slots=True)
class FormerOwner(Event):
    """The ticket was taken up again while `agent`, who had it, was not there: it is theirs first when they come."""

    undo = Follows("it ends when the ticket is assigned")

    agent: str


@dataclass(frozen=True, slots=True)
class TierChanged(Event):
    """From which tier on agents may have the ticket; None: every agent of the team."""

    undo = Undoable("The tier is what it was.")

    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class ApprovalAsked(Event):
    """`asker` wants somebody of a higher tier to allow what the note `message` says."""

    undo = Undoable("The request for approval and its note are withdrawn.")

    asker: str
    message: int

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        unit.withdraw(self.message)
        yield ApprovalWithdrawn(self.ticket, self.asker)


@dataclass(frozen=True, slots=True)
class ApprovalDecided(Event):
    """`asked` is the note that asked, `message` the one that answers, where there is one."""

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
    """The question was taken back, or (`asked` is its note) the ticket was done before anybody decided it."""

    undo = Undoable("The approval is open again.")

    asker: str
    asked: int | None = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.asked is not None:
            yield ApprovalAsked(self.ticket, self.asker, self.asked)


@dataclass(frozen=True, slots=True)
class PresenceChanged(Event):
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
        return changed_since(f"the presence of {self.agent}", changed, "deskctl agent online, away or offline")


@dataclass(frozen=True, slots=True)
class AgentMoved(Event):
    """An agent was moved to a busy channel, or (`to` None) back to their own."""

    undo = Follows("routing moves agents by itself")
    concerns = "agent {agent}"

    agent: str
    to: str | None
    team: str
    why: str


@dataclass(frozen=True, slots=True)
class NobodyThere(Event):
    """Tickets of a team wait and none of its agents is there. Said once until somebody comes."""

    undo = Follows("routing warns by itself")
    concerns = "team {team}"

    team: str


@dataclass(frozen=True, slots=True)
class RestorePresence(Restore):
    agent: str
    fields: Mapping[str, Any]
