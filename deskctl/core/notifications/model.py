"""What an agent wishes to be told through and when, what waits to be told, and the storm that it waits out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: What somebody has to act upon, or what they did themselves: it goes at once, too, a few times in a window.
URGENT = frozenset(
    {
        *("overdue", "escalated", "approval", "quarantined", "person", "callback"),
        *("assigned", "approved", "denied", "undecided", "refused", "failed", "partly_failed", "uncertain"),
    }
)
#: What reaches an agent in quiet hours, when it is their own, unless they want to hear of nothing; so does whatever a
#: step of a service level tells them by name.
WAKING = frozenset({"overdue", "escalated"})


#: Agent, about, ticket and detail of a notice.
What = tuple[str, str, int | None, str | None]


@dataclass(frozen=True, slots=True)
class Reach:
    """`notify` is CHANNEL:ADDRESS, "" is mail. `quiet` are the hours in which nothing is told, as `parse_quiet` reads
    them, in `timezone` (IANA), None is the desk's. `waking`: whether what cannot wait comes all the same."""

    notify: str = ""
    quiet: str = ""
    timezone: str | None = None
    waking: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that an agent is still to be told; `id` is 0 until it waits. `message` is what was written then;
    `personal`: a step of a service level names the agent, or it is their own ticket and about what is `WAKING`."""

    id: int
    agent: str
    about: str
    at: datetime
    ticket: int | None = None
    message: int | None = None
    detail: str | None = None
    personal: bool = False

    @property
    def wakes(self) -> bool:
        return self.personal

    @property
    def waits(self) -> bool:
        return self.id != 0

    @property
    def what(self) -> What:
        """What is told to whom; two notices with the same tell it twice."""
        return self.agent, self.about, self.ticket, self.detail


@dataclass(frozen=True, slots=True)
class Window:
    """After something was told to an agent, what follows waits `until` this moment. `seconds` is how long the window
    is, `at_once` how often something urgent did not wait, `waiting`: something does."""

    agent: str
    until: datetime
    seconds: int
    at_once: int = 0
    waiting: bool = False
