"""Notification preferences, notifications, and the window that limits how often an agent is notified."""

from __future__ import annotations

from datetime import datetime

from ...dataclass import dataclass

#: Notifications that need action, or report on the agent's own actions. A few of them per window are sent at once.
URGENT = frozenset(
    {
        *("overdue", "escalated", "approval", "quarantined", "person", "callback"),
        *("assigned", "approved", "denied", "undecided", "refused", "failed", "partly_failed", "uncertain"),
    }
)
#: Notifications that an agent gets in quiet hours about their own tickets, unless their preferences exclude it.
URGENT_IN_QUIET_HOURS = frozenset({"overdue", "escalated"})


#: Agent, kind, ticket and detail of a notification.
ContentKey = tuple[str, str, int | None, str | None]


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification to an agent; `id` is 0 unless it is pending.

    `message` is the message it is about. `personal`: an SLA step names the agent, or it is about the agent's own ticket
    and one of `URGENT_IN_QUIET_HOURS`; it can be sent in quiet hours.
    """

    id: int
    agent: str
    about: str
    at: datetime
    ticket: int | None = None
    message: int | None = None
    detail: str | None = None
    personal: bool = False

    @property
    def is_pending(self) -> bool:
        return self.id != 0

    @property
    def content_key(self) -> ContentKey:
        """The recipient and the content; a second notification with the same key is a repetition."""
        return self.agent, self.about, self.ticket, self.detail


@dataclass(frozen=True, slots=True)
class Window:
    """The period after a notification in which further notifications wait, `until` a moment.

    `seconds` is its length, `at_once` the number of urgent notifications that were sent in it, `waiting`: notifications
    are pending.
    """

    agent: str
    until: datetime
    seconds: int
    at_once: int = 0
    waiting: bool = False
