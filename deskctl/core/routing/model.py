"""What routing knows of agents, of teams and of what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Presence:
    """Where an agent is, as they said. `moved` is the channel to which team `moved_by` moved them for a surge."""

    agent: str
    state: State = State.OFFLINE
    since: datetime | None = None
    until: datetime | None = None
    moved: str | None = None
    moved_by: str | None = None

    def at(self, now: datetime) -> State:
        """Once `until` has passed, who was away is back and who was online has gone."""
        if self.until is None or now < self.until:
            return self.state
        return State.ONLINE if self.state is State.AWAY else State.OFFLINE


@dataclass(frozen=True, slots=True)
class Turn:
    """When an agent was last given a ticket of a channel, and how many since `began` (a tick)."""

    agent: str
    channel: str
    at: datetime
    began: datetime
    given: int


class Waiting(NamedTuple):
    """A ticket in a team's queue. `since`: the customer waits. `former` had it before it was solved; `declined` gave
    it back. `waits` is what was last recorded of why nobody has it."""

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
