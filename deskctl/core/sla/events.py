"""What clocks go through. Everything that is shown of them can be read off these and the ticket's other events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ..kernel.event import Event, Kept
from ..kernel.undo import UNRECORDED, Follows, Hindrance, Restore, Undoable

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class LevelEvent(Event):
    """Follows from other events, from a policy or from time: no news to whoever watches the list."""

    undo = Follows("clocks are recalculated")


@dataclass(frozen=True, slots=True)
class PolicyApplied(LevelEvent):
    """From now on the ticket's clocks follow this policy; None: no policy is for it."""

    policy: str | None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class DueChanged(LevelEvent):
    """When the first of the ticket's running clocks is due; None: nothing is."""

    old: datetime | None
    new: datetime | None


@dataclass(frozen=True, slots=True)
class ClockEvent(LevelEvent):
    """`metric` and `instance` (from 1, a further one each round) name the clock."""

    metric: str
    instance: int


@dataclass(frozen=True, slots=True)
class Activate(ClockEvent):
    """A clock runs since `started`. `target` is in seconds of the calendar's time, None where only the due moment is
    known."""

    started: datetime
    due: datetime | None = None
    target: float | None = None
    policy: str | None = None
    version: int | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Pause(ClockEvent):
    """`why` is the state that stopped it: pending, hold, solved, closed, merged, spam or no_target."""

    why: str


@dataclass(frozen=True, slots=True)
class Resume(ClockEvent):
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fulfill(ClockEvent):
    """The promise is kept, or at least settled; `in_time` tells which."""

    fulfilled: datetime
    in_time: bool


@dataclass(frozen=True, slots=True)
class Unfulfil(ClockEvent):
    """What fulfilled it was taken back or never arrived: it runs as if nothing had."""

    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Retarget(ClockEvent):
    """Another target or due moment, by priority, policy, calendar or hand; the start stays."""

    due: datetime | None
    target: float | None = None
    policy: str | None = None
    version: int | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Breach(ClockEvent):
    """The due moment passed at `breached`. `late`: nobody was there to see it then."""

    breached: datetime
    late: bool = False


@dataclass(frozen=True, slots=True)
class Unbreach(ClockEvent):
    """With what was taken back, the due moment has not passed after all."""


@dataclass(frozen=True, slots=True)
class Warn(ClockEvent):
    """Whoever has the ticket is told. `level` says where on its way the clock is: 70%, 30m (before), breach."""

    level: str
    due: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Step(ClockEvent):
    """What the policy says for `level` is done; lower levels that passed unseen are not."""

    level: str
    policy: str
    version: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class StepFailed(ClockEvent):
    """`action` of a step (as in "escalate") could not be done."""

    level: str
    action: str


@dataclass(frozen=True, slots=True)
class Withdraw(ClockEvent):
    """What began the clock was taken back: there is none."""


# --- what people say ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DueSet(Event):
    """A due moment by hand: it stays, whatever happens. None: it is worked out again."""

    undo = Undoable("The due time is what it was.")

    metric: str
    due: datetime | None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from ()  # clocks are recalculated without events that were undone


@dataclass(frozen=True, slots=True)
class Promised(Event):
    """The customer was told when to expect something."""

    undo = Undoable("The promise is withdrawn; an earlier one holds again.")

    due: datetime

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from ()  # clocks are recalculated without events that were undone


# --- what is set up -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PolicyChanged(Event):
    """`version` holds from now on; None: the policy is gone."""

    undo = Undoable("The policy is as before, from now on.", unless="its calendar is gone")
    concerns = "policy {policy}"

    policy: str
    version: int | None

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield RestorePolicy(self.policy, self.kept["version"], self.kept["place"])

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if self.kept is None:
            return UNRECORDED
        book = unit.levels.book
        current = book.policy(self.policy)
        if (None if current is None else current.version) != self.version:
            return _changed_since(f"policy {self.policy}", f"deskctl sla show {self.policy}")
        former = next((p for p in book.policies[self.policy] if p.version == self.kept["version"]), None)
        if former is not None and book.calendar(former.calendar) is None:
            why = f"calendar {former.calendar} of policy {self.policy} was removed"
            return Hindrance(why, f"deskctl calendar add {former.calendar} adds it again")
        return None


@dataclass(frozen=True, slots=True)
class PolicyMoved(Event):
    """`place` counts from 1; the first that matches is taken."""

    undo = Undoable("The policy has its earlier place in the order.")
    concerns = "policy {policy}"

    policy: str
    place: int

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield RestorePolicy(self.policy, self.kept["version"], self.kept["place"])

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if self.kept is None:
            return UNRECORDED
        order = unit.levels.book.order
        if self.policy in order and order.index(self.policy) + 1 == self.place:
            return None
        return _changed_since(f"the place of policy {self.policy}", "deskctl sla list")


def _changed_since(what: str, instead: str) -> Hindrance:
    return Hindrance(f"{what} was changed since", instead)


@dataclass(frozen=True, slots=True)
class RestorePolicy(Restore):
    """`version` None: the policy is removed; otherwise what that version says is in force, at `place` (from 1)."""

    policy: str
    version: int | None
    place: int | None
