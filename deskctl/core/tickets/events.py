"""Events of tickets. Events have ids and facts, never texts that people wrote, so that a person can be erased.

The state of a ticket is the fold of its events (`lifecycle.evolve`). The audit log, reports and undo read them.
Each class is one kind of event; people and scripts use its `kind`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from ...dataclass import dataclass
from ...i18n import _
from ..agents.repository import Agents
from ..kernel.event import Event, Kept
from ..kernel.events import Undone
from ..kernel.undo import Cannot, Follows, Hindrance, Restore, Undoable
from ..messages.events import MessageWithdrawn, withdraw_message
from ..messages.repository import Messages
from ..values.field import FieldType, FieldValue
from .model import REOPENED, Priority, Status
from .repository import Tickets

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


# --- states and fields -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TicketCreated(Event):
    """The first event of a ticket. `follows` is the closed ticket that it continues."""

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
    """The status changed. `back` is set by undo; `since`: the ticket was open since then; None: since its creation."""

    kind = "status_changed"
    undo = Undoable("The previous status is restored.")

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
    undo = Undoable("The previous priority is restored.")
    old: Priority
    new: Priority


@dataclass(frozen=True, slots=True)
class Assigned(Event):
    """The assignee changed; `new` is None if the ticket returned to the queue."""

    kind = "assigned"
    undo = Undoable("The previous assignee is restored. If that agent is deactivated, the ticket is in the queue.")

    old: str | None
    new: str | None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.ticket is not None:
            agent = Agents.of(unit).agents.get(self.old or "")
            assignee = self.old if agent is not None and agent.active else None
            # Routing may have assigned the ticket since, so the present assignee is read.
            yield Assigned(self.ticket, Tickets.of(unit).get(self.ticket).assignee, assignee)


@dataclass(frozen=True, slots=True)
class TeamChanged(Event):
    kind = "team_changed"
    undo = Undoable("The previous team is restored.")
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
    undo = Undoable("The previous tags are restored.")
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield Tagged(self.ticket, self.removed, self.added)


@dataclass(frozen=True, slots=True)
class Mentions(Event):
    """A customer's message names another ticket, in which they do not take part."""

    kind = "mentions"
    quiet = True
    undo = Follows(_("a mention only informs"))

    other: int


@dataclass(frozen=True, slots=True)
class WaitingChanged(Event):
    """The time since which the customer waits for an answer changed; None: the customer no longer waits."""

    kind = "waiting_changed"
    undo = Undoable("The customer waits, or does not wait, as before.")

    old: datetime | None
    new: datetime | None


@dataclass(frozen=True, slots=True)
class LanguageChanged(Event):
    kind = "language_changed"
    undo = Undoable("The previous language is restored.")
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class SubjectChanged(Event):
    """The subject changed. `kept` has the texts, `old` and `new`, because they can be a customer's and be erased."""

    kind = "subject_changed"
    undo = Undoable("The previous subject is restored.")
    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield SubjectChanged(self.ticket, {"old": self.kept["new"], "new": self.kept["old"]})

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        return None if self.kept is not None else Hindrance(_("the earlier subject was erased"))


@dataclass(frozen=True, slots=True)
class FieldChanged(Event):
    """A declared field was set or cleared (`field_changed` makes the event).

    `old_type` and `new_type` are the types of the values, None without a value. The values are `old` and `new`, except
    texts, which are in `kept`, because they can be a customer's and be erased.
    """

    kind = "field_changed"
    undo = Undoable("The field has its previous value.", unless="the value was erased")

    field: str
    old_type: FieldType | None
    new_type: FieldType | None
    old: str | None = None
    new: str | None = None
    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield field_changed(self.ticket, self.field, self._value("new"), self._value("old"))

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        erased = any(getattr(self, f"{side}_type") and self._value(side) is None for side in ("old", "new"))
        return Hindrance(_("the value of {field} was erased", field=self.field)) if erased else None

    @property
    def value(self) -> FieldValue | None:
        """The new value; None if the field was cleared."""
        return self._value("new")

    def _value(self, side: str) -> FieldValue | None:
        kind, text = getattr(self, f"{side}_type"), (self.kept or {}).get(side, getattr(self, side))
        return None if kind is None or text is None else FieldValue(kind, text)


def field_changed(ticket: int | None, name: str, old: FieldValue | None, new: FieldValue | None) -> FieldChanged:
    """Return the event that changes a declared field; None is a field without a value."""
    sides = (("old", old), ("new", new))
    kept = {side: value.text for side, value in sides if value is not None and value.type is FieldType.TEXT}
    facts = {side: value.text for side, value in sides if value is not None and side not in kept}
    return FieldChanged(
        ticket,
        name,
        None if old is None else old.type,
        None if new is None else new.type,
        facts.get("old"),
        facts.get("new"),
        kept or None,
    )


@dataclass(frozen=True, slots=True)
class RequesterChanged(Event):
    """The requester changed; `old` and `new` are contact numbers. Messages keep their authors."""

    kind = "requester_changed"
    undo = Undoable("The previous requester is restored.")
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class MarkedSpam(Event):
    """The ticket was closed as spam; `old` is its earlier status. `why` is the verdict, None if an agent decided."""

    kind = "marked_spam"
    undo = Undoable("The ticket is no longer spam and has its status again.")

    old: Status
    why: str | None = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield UnmarkedSpam(self.ticket, self.old)


@dataclass(frozen=True, slots=True)
class UnmarkedSpam(Event):
    """The ticket is not spam; `new` is its status."""

    kind = "unmarked_spam"
    undo = Undoable("The ticket is spam again.")

    new: Status

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield MarkedSpam(self.ticket, self.new)


@dataclass(frozen=True, slots=True)
class SpamPurged(Event):
    """The messages of a spam ticket were deleted."""

    kind = "spam_purged"
    quiet = True
    undo = Cannot(_("the messages were deleted permanently"))


@dataclass(frozen=True, slots=True)
class CallbackChanged(Event):
    """The time of a promised callback changed; `new` is None when the callback is done or cancelled."""

    kind = "callback_changed"
    undo = Undoable("The previous promised call is restored.")

    old: datetime | None
    new: datetime | None


@dataclass(frozen=True, slots=True)
class CallbackDue(Event):
    """A promised callback is due."""

    kind = "callback_due"
    undo = Follows(_("the reminder follows the promised call"))


def open_since(past: Iterable[RecordedEvent], before: int) -> datetime | None:
    """Return the time of the last reopening before the event `before`, without changes that were undone."""
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
    """The ticket was escalated to `agent:HANDLE`, `team:HANDLE` or `tier:NAME`. The note `message` has the reason."""

    kind = "escalated"
    undo = Undoable("The reason is withdrawn.")

    to: str
    message: int

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from withdraw_message(unit, self.ticket, self.message)


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
    undo = Undoable("The previous tier is restored.")

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
    """The request was withdrawn. `asked` is its note if the ticket was done before the decision."""

    kind = "approval_withdrawn"
    undo = Undoable("The approval is open again.")

    asker: str
    asked: int | None = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.asked is not None:
            yield ApprovalAsked(self.ticket, self.asker, self.asked)
