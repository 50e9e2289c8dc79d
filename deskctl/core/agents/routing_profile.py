"""The routing attributes of agents and teams: tier, skills, capacity, strategy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from enum import StrEnum

from ...dataclass import dataclass


class Strategy(StrEnum):
    """The strategy that selects the agent for a ticket. Manual: agents take tickets themselves."""

    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    SKILL = "skill"


class Model(StrEnum):
    """The distribution of a team's agents over channels.

    Dedicated: an agent works on one channel, the first in the agent's list. Shared: on several channels at once, with
    weights.
    """

    SHARED = "shared"
    DEDICATED = "dedicated"


#: The default tiers of a team, the lowest first.
TIERS = ("frontline", "senior", "lead")
#: The default capacity: open tickets that an agent has at once on a channel.
CAPACITY = 10
#: The key of a value that applies to all channels.
ANY = "any"
#: The prefix of a tag that requires a skill, even if no agent has it.
SKILL_TAG = "skill:"
#: A shared team with more agents than this gets the recommendation to use the dedicated model.
DEDICATED_MODEL_FROM = 10


@dataclass(frozen=True, slots=True)
class RoutingProfile:
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
        """Return True if tickets of the team are assigned automatically."""
        return self.strategy is not Strategy.MANUAL

    def rank(self, tier: str | None) -> int:
        """Return the rank of a tier, from 0. No tier, or one that the team does not have, ranks lowest."""
        tiers = self.tiers or TIERS
        return tiers.index(tier) if tier in tiers else 0
