"""How agents and teams take part in routing: tier, skills, capacity, strategy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Strategy(StrEnum):
    """How a team's tickets find their agent. Manual: they take them themselves."""

    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    SKILL = "skill"


class Model(StrEnum):
    """Dedicated: an agent works on one channel, the first of theirs. Shared: on several at once, each weighted."""

    SHARED = "shared"
    DEDICATED = "dedicated"


#: Tiers of a team that has said nothing else, the lowest first.
TIERS = ("frontline", "senior", "lead")


#: How many open tickets an agent has at once on a channel for which nothing was said.
CAPACITY = 10


#: The key of a capacity that is for every channel.
ANY = "any"


#: A tag that begins with it asks for a skill, whether or not anybody has it.
SKILL_TAG = "skill:"


#: From so many agents on a shared team is told that a dedicated one works better.
MANY = 10


@dataclass(frozen=True, slots=True)
class Seat:
    """What an agent can take. `channels` are names or kinds of channel, () for all; `capacity` is how many new and open
    tickets at once, by channel. `surge`: they may be moved to a channel that is too busy."""

    tier: str | None = None
    skills: frozenset[str] = frozenset()
    channels: tuple[str, ...] = ()
    capacity: Mapping[str, int] = field(default_factory=dict)
    surge: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """How a team's tickets are routed. `cap` is how many an agent is given within a `tick`. After `relax_after` a
    ticket goes without the skills it asks for, None: never. A channel is too busy when more than `surge_queue` wait on
    it or one has waited for `surge_wait`; both by channel, `any` for all."""

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
        """The place of a tier, from 0; who has none, or one the team does not know, is at the lowest."""
        tiers = self.tiers or TIERS
        return tiers.index(tier) if tier in tiers else 0
