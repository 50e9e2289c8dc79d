"""Events of SLA clocks, promises and policies. They and the ticket's other events describe its clocks completely."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ...dataclass import dataclass
from ...i18n import _
from ..kernel.event import Event
from ..kernel.undo import Follows, Restore, Undoable
from ..tickets.lifecycle import applies, with_queue_position
from ..tickets.model import Ticket

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class SlaEvent(Event):
    """An event that follows from other events, a policy or the time; it does not count as an update of the ticket."""

    kind = "level_event"
    quiet = True
    undo = Follows(_("clocks are recalculated"))


@dataclass(frozen=True, slots=True)
class PolicyApplied(SlaEvent):
    """The ticket's clocks follow this policy from now on; None: no policy matches."""

    kind = "policy_applied"
    policy: str | None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class DueChanged(SlaEvent):
    """The due time of the ticket's running clock that is due first; None: no clock is due."""

    kind = "due_changed"
    old: datetime | None
    new: datetime | None


@applies(DueChanged)
def _move_in_queue(ticket: Ticket, event: DueChanged, at: datetime) -> Ticket:
    return with_queue_position(replace(ticket, due_at=event.new))


@dataclass(frozen=True, slots=True)
class ClockEvent(SlaEvent):
    """An event of a clock, which `metric` and `instance` identify.

    `instance` is counted from 1, one for each repetition of the metric.
    """

    kind = "clock_event"
    metric: str
    instance: int


@dataclass(frozen=True, slots=True)
class ClockStarted(ClockEvent):
    """A clock started at `started`. `target` is in seconds of working time; None if only the due time is known."""

    kind = "activate"
    started: datetime
    due: datetime | None = None
    target: float | None = None
    policy: str | None = None
    version: int | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class ClockPaused(ClockEvent):
    """A clock was paused; `why` is the reason: a status that pauses it, no_target or no_policy."""

    kind = "pause"
    why: str


@dataclass(frozen=True, slots=True)
class ClockResumed(ClockEvent):
    """A paused clock runs again."""

    kind = "resume"
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClockFulfilled(ClockEvent):
    """A clock ended. `in_time`: it ended before its due time."""

    kind = "fulfill"
    fulfilled: datetime
    in_time: bool


@dataclass(frozen=True, slots=True)
class ClockUnfulfilled(ClockEvent):
    """The answer that fulfilled a clock was undone or not delivered.

    The clock runs as if the answer had not existed.
    """

    kind = "unfulfil"
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClockRetargeted(ClockEvent):
    """The target or due time changed because of the priority, policy or calendar, or an agent set it.

    The start time does not change.
    """

    kind = "retarget"
    due: datetime | None
    target: float | None = None
    policy: str | None = None
    version: int | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class ClockBreached(ClockEvent):
    """The due time passed at `breached`. `late`: the daemon did not run at that time."""

    kind = "breach"
    breached: datetime
    late: bool = False


@dataclass(frozen=True, slots=True)
class ClockUnbreached(ClockEvent):
    """A breach was withdrawn, because after an undo the due time is in the future."""

    kind = "unbreach"


@dataclass(frozen=True, slots=True)
class ThresholdReached(ClockEvent):
    """A warning threshold was reached and the assignee is notified. `level` is the threshold: 70%, 30m, breach."""

    kind = "warn"
    level: str
    due: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class StepDue(ClockEvent):
    """The steps for the threshold `level` are due.

    The steps of earlier thresholds that were not processed in time are skipped.
    """

    kind = "step"
    level: str
    policy: str
    version: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class StepFailed(ClockEvent):
    """An `action` of a step (for example "escalate") failed. `why` is the reason, in the desk's language."""

    kind = "step_failed"
    level: str
    action: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class ClockWithdrawn(ClockEvent):
    """The event that started a clock was undone, so the clock does not exist any more."""

    kind = "withdraw"


# --- promises and due times by agents -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DueSet(Event):
    """An agent set a due time, which stays until it is set again. None: it is calculated again."""

    kind = "due_set"
    undo = Undoable("The previous due time applies again.")

    metric: str
    due: datetime | None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from ()  # clocks are recalculated without events that were undone


@dataclass(frozen=True, slots=True)
class Promised(Event):
    """The customer was promised an answer by a due time."""

    kind = "promised"
    undo = Undoable("The promise is withdrawn; an earlier promise applies again.")

    due: datetime

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from ()  # clocks are recalculated without events that were undone
