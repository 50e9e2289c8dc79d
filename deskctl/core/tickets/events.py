"""What happened to tickets. Events carry ids and facts, never what somebody wrote, so that a person can be erased.

The state of a ticket is the fold of its events (`lifecycle.evolve`); audit, reports and undo read them.
Each class is one kind; its name in snake case is the kind's name for people and scripts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ...i18n import _
from ..agents.repository import Agents
from ..kernel.event import Event, Kept
from ..kernel.events import Undone
from ..kernel.undo import Cannot, Follows, Hindrance, Restore, Undoable
from ..messages.events import MessageWithdrawn, _withdrawn
from ..messages.repository import Messages
from .model import REOPENED, Priority, Status
from .repository import Tickets

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


# --- what a ticket goes through -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TicketCreated(Event):
    """A ticket's first event. `follows` is the closed ticket that it continues."""

    kind = "ticket_created"
    undo = Undoable("The ticket is closed and empty; its number is not used again.")

    channel: str
    contact: int
    team: str | None = None
    priority: Priority = Priority.NORMAL
    language: str | None = None
    follows: int | None = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.ticket is not None:
            yield StatusChanged(self.ticket, Tickets.of(unit).get(self.ticket).status, Status.CLOSED)


@dataclass(frozen=True, slots=True)
class StatusChanged(Event):
    """`back`: a change was taken back, and the ticket is as if it had never been otherwise: work since `since`, None
    since it was created."""

    kind = "status_changed"
    undo = Undoable("The status is what it was.")

    old: Status
    new: Status
    back: bool | None = None
    since: datetime | None = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.ticket is not None:
            since = open_since(unit.source.events_since(self.ticket, 0), past.id)
            yield StatusChanged(self.ticket, Tickets.of(unit).get(self.ticket).status, self.old, back=True, since=since)


@dataclass(frozen=True, slots=True)
class PriorityChanged(Event):
    kind = "priority_changed"
    undo = Undoable("The priority is what it was.")
    old: Priority
    new: Priority


@dataclass(frozen=True, slots=True)
class Assigned(Event):
    """Whose ticket it is; `new` None gives it back to the queue."""

    kind = "assigned"
    undo = Undoable("The assignee is who it was; the queue, if that agent has been deactivated.")

    old: str | None
    new: str | None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.ticket is not None:
            agent = Agents.of(unit).agents.get(self.old or "")
            there = self.old if agent is not None and agent.active else None
            yield Assigned(
                self.ticket, Tickets.of(unit).get(self.ticket).assignee, there
            )  # it may have been routed since


@dataclass(frozen=True, slots=True)
class TeamChanged(Event):
    kind = "team_changed"
    undo = Undoable("The team is what it was.")
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class FollowerAdded(Event):
    kind = "follower_added"
    undo = Undoable("The agent no longer follows the ticket.")
    agent: str

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield FollowerRemoved(self.ticket, self.agent)


@dataclass(frozen=True, slots=True)
class FollowerRemoved(Event):
    kind = "follower_removed"
    undo = Undoable("The agent follows the ticket again.")
    agent: str

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield FollowerAdded(self.ticket, self.agent)


@dataclass(frozen=True, slots=True)
class Tagged(Event):
    kind = "tagged"
    undo = Undoable("The tags are what they were.")
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield Tagged(self.ticket, self.removed, self.added)


@dataclass(frozen=True, slots=True)
class Mentions(Event):
    """What the customer wrote names another ticket that they have no part in."""

    kind = "mentions"
    quiet = True
    undo = Follows("a mention only informs")

    other: int


@dataclass(frozen=True, slots=True)
class WaitingChanged(Event):
    """Since when the customer waits for an answer; None: no longer."""

    kind = "waiting_changed"
    undo = Undoable("The customer waits, or does not wait, as before.")

    old: datetime | None
    new: datetime | None


@dataclass(frozen=True, slots=True)
class LanguageChanged(Event):
    kind = "language_changed"
    undo = Undoable("The language is what it was.")
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class SubjectChanged(Event):
    """The ticket has another title. `kept` has the words, `old` and `new`: they may be a customer's."""

    kind = "subject_changed"
    undo = Undoable("The subject is what it was.")
    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield SubjectChanged(self.ticket, {"old": self.kept["new"], "new": self.kept["old"]})

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        return None if self.kept is not None else Hindrance("the earlier subject was erased")


@dataclass(frozen=True, slots=True)
class RequesterChanged(Event):
    """The ticket belongs to another customer: contact numbers. Messages stay with their writers."""

    kind = "requester_changed"
    undo = Undoable("The requester is who it was.")
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class MarkedSpam(Event):
    """Closed as spam; `old` is the status it had. `why` is the verdict, None when an agent said so."""

    kind = "marked_spam"
    undo = Undoable("The ticket is no longer spam and has its status again.")

    old: Status
    why: str | None = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield UnmarkedSpam(self.ticket, self.old)


@dataclass(frozen=True, slots=True)
class UnmarkedSpam(Event):
    """No spam after all; the ticket has its status again."""

    kind = "unmarked_spam"
    undo = Undoable("The ticket is spam again.")

    new: Status

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield MarkedSpam(self.ticket, self.new)


@dataclass(frozen=True, slots=True)
class SpamPurged(Event):
    """What was said on a ticket that is spam is gone."""

    kind = "spam_purged"
    quiet = True
    undo = Cannot("the messages were deleted for good")


@dataclass(frozen=True, slots=True)
class CallbackChanged(Event):
    """When somebody promised to call; `new` None: it is done, or nobody need."""

    kind = "callback_changed"
    undo = Undoable("The promised call is what it was.")

    old: datetime | None
    new: datetime | None


@dataclass(frozen=True, slots=True)
class CallbackDue(Event):
    """The moment of a promised call has come."""

    kind = "callback_due"
    undo = Follows("the reminder follows the promised call")


def open_since(past: Iterable[RecordedEvent], before: int) -> datetime | None:
    """Return when a ticket was last reopened before the event `before`, by what was not undone itself."""
    history = list(past)
    undone = {r.event.command for r in history if isinstance(r.event, Undone)}
    since = None
    for recorded in history:
        change = recorded.event
        if recorded.id < before and isinstance(change, StatusChanged) and recorded.command not in undone:
            if change.back:
                since = change.since
            elif change.old in REOPENED and change.new is Status.OPEN:
                since = recorded.at
    return since


@dataclass(frozen=True, slots=True)
class Escalated(Event):
    """`to` is `agent:HANDLE`, `team:HANDLE` or `tier:NAME`. The reason is a note on the ticket (`message`)."""

    kind = "escalated"
    undo = Undoable("The reason is withdrawn.")

    to: str
    message: int

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from _withdrawn(unit, self.ticket, self.message)


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
        Messages.of(unit).withdraw(self.message)
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
            Messages.of(unit).withdraw(self.message)
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
