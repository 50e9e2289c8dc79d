"""The routing model: strategies, agents' skills and capacity, presence, turns and queued tickets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class Strategy(StrEnum):
    """The strategy that selects the agent for a ticket. Manual: agents take tickets themselves."""

    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    SKILL = "skill"


class Model(StrEnum):
    """Dedicated: an agent works on one channel, the first of theirs. Shared: on several at once, with weights."""

    SHARED = "shared"
    DEDICATED = "dedicated"


class State(StrEnum):
    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


#: The default tiers of a team, the lowest first.
TIERS = ("frontline", "senior", "lead")
#: The default capacity: open tickets that an agent has at once on a channel.
CAPACITY = 10
#: The key of a value that applies to all channels.
ANY = "any"
#: The prefix of a tag that requires a skill, even if no agent has it.
SKILL_TAG = "skill:"
#: A shared team with more agents than this gets the recommendation to use the dedicated model.
MANY = 10


@dataclass(frozen=True, slots=True)
class Seat:
    """The routing attributes of an agent.

    `channels` are names or types of channels, () for all. `capacity` is the number of new and open tickets at once, by
    channel. `surge`: the agent can be moved to an overloaded channel.
    """

    tier: str | None = None
    skills: frozenset[str] = frozenset()
    channels: tuple[str, ...] = ()
    capacity: Mapping[str, int] = field(default_factory=dict)
    surge: bool = False


@dataclass(frozen=True, slots=True)
class RoutingPlan:
    """The routing settings of a team.

    An agent gets at most `cap` tickets within a `tick`. After `relax_after` a ticket's required skills are waived;
    None: never. A channel is overloaded when more than `surge_queue` tickets wait on it or one has waited for
    `surge_wait`; both by channel, `any` for all.
    """

    strategy: Strategy = Strategy.MANUAL
    tiers: tuple[str, ...] = ()
    model: Model = Model.SHARED
    weights: Mapping[str, int] = field(default_factory=dict)
    cap: int = 5
    tick: timedelta = timedelta(minutes=1)
    relax_after: timedelta | None = timedelta(minutes=10)
    surge_queue: Mapping[str, int] = field(default_factory=dict)
    surge_wait: Mapping[str, timedelta] = field(default_factory=dict)

    @property
    def routed(self) -> bool:
        return self.strategy is not Strategy.MANUAL

    def rank(self, tier: str | None) -> int:
        """Return the rank of a tier, from 0. No tier, or one that the team does not have, ranks lowest."""
        tiers = self.tiers or TIERS
        return tiers.index(tier) if tier in tiers else 0


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
