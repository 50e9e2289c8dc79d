"""The routing model: strategies, agents' skills and capacity, presence, turns and queued tickets."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ...dataclass import dataclass


class State(StrEnum):
    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Presence:
    """An agent's presence as set by the agent. `moved`: the channel to which team `moved_by` moved them for a surge."""

    agent: str
    state: State = State.OFFLINE
    since: datetime | None = None
    until: datetime | None = None
    moved: str | None = None
    moved_by: str | None = None

    def at(self, now: datetime) -> State:
        """Return the state at a moment. After `until`, an agent who was away is online; otherwise offline."""
        if self.until is None or now < self.until:
            return self.state
        return State.ONLINE if self.state is State.AWAY else State.OFFLINE


@dataclass(frozen=True, slots=True)
class Turn:
    """An agent's last assignment of a ticket of a channel, and the number of assignments since `began` (a tick)."""

    agent: str
    channel: str
    at: datetime
    began: datetime
    given: int


class QueuedTicket(NamedTuple):
    """A ticket in a team's queue. `since`: the time from which the customer waits.

    `former` is the agent who had it before it was solved, `declined` the one who gave it back. `waits` is the last
    recorded reason why it is not assigned.
    """

    number: int
    channel: str
    language: str | None
    tags: frozenset[str]
    tier: str | None
    declined: str | None
    former: str | None
    waits: str | None
    since: datetime
    queue_at: datetime
