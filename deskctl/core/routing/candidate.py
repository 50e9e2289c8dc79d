"""A candidate for routing: an agent's channels, load and free capacity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..agents.routing_profile import ANY, CAPACITY, Model, RoutingPlan, RoutingProfile
from .model import Presence, State, Turn

#: Maps channel names to channel types; a name that is missing is its own type.
Kinds = Mapping[str, str]
#: The channel of tickets that agents create; no agent works on it, so all agents can take its tickets.
_MANUAL = "manual"


@dataclass(slots=True)
class Candidate:
    """An agent who can be considered for a ticket. Changes while tickets are assigned.

    `loads` are new and open tickets by channel, `turns` the last assignments. `on_shift` None: no rota applies.
    """

    agent: str
    seat: RoutingProfile
    presence: Presence
    loads: Counter[str]
    turns: dict[str, Turn]
    on_shift: bool | None = None
    _spare: dict[str, tuple[int, float]] = field(default_factory=dict)

    def absence_reason(self, now: datetime) -> str | None:
        """Return the reason why the agent cannot get any ticket; None if the agent is available."""
        state = self.presence.at(now)
        if state is not State.ONLINE:
            return state.value
        return "off_shift" if self.on_shift is False else None

    def serves(self, channel: str, plan: RoutingPlan, kinds: Kinds) -> bool:
        if channel == _MANUAL:
            return True
        names = (channel, kinds.get(channel, channel))
        if self.presence.moved is not None:
            if self.presence.moved in names:
                return True
            if plan.model is Model.DEDICATED:
                return False
        channels = self.seat.channels[:1] if plan.model is Model.DEDICATED else self.seat.channels
        return not channels or any(name in channels for name in names)

    def capacity(self, bucket: str) -> int:
        return self.seat.capacity.get(bucket, self.seat.capacity.get(ANY, CAPACITY))

    def bucket(self, channel: str, kinds: Kinds) -> str:
        """Return the name under which a channel's tickets count: its own if it has a capacity, else its type."""
        return channel if channel in self.seat.capacity else kinds.get(channel, channel)

    def free_capacity(self, channel: str, plan: RoutingPlan, kinds: Kinds) -> tuple[int, float]:
        """Return how many more tickets of this channel fit, and the free share of the total capacity (0 to 1)."""
        known = self._spare.get(channel)
        if known is None:
            known = self._spare[channel] = self._free_capacity(channel, plan, kinds)
        return known

    def _free_capacity(self, channel: str, plan: RoutingPlan, kinds: Kinds) -> tuple[int, float]:
        used: Counter[str] = Counter()
        for name, count in self.loads.items():
            used[self.bucket(name, kinds)] += count
        bucket_ = self.bucket(channel, kinds)
        free = self.capacity(bucket_) - used[bucket_]
        if plan.model is Model.DEDICATED:
            counted = {bucket_}
        else:
            counted = {bucket_, *used, *(name for name in self.seat.capacity if name != ANY)}
        weights = {bucket: _weight(bucket, plan, kinds) for bucket in counted}
        whole = sum(weights[bucket] * self.capacity(bucket) for bucket in counted)
        taken = sum(weights[bucket] * used[bucket] for bucket in counted)
        return free, max(0.0, 1 - taken / whole)

    def assigned_in_tick(self, plan: RoutingPlan, now: datetime) -> int:
        """Return how many tickets the agent got in the current tick."""
        return sum(turn.given for turn in self.turns.values() if turn.began + plan.tick > now)

    def tick_ends(self, plan: RoutingPlan, now: datetime) -> datetime:
        return min((t.began + plan.tick for t in self.turns.values() if t.began + plan.tick > now), default=now)

    def record_turn(self, channel: str, plan: RoutingPlan, now: datetime, at: datetime) -> Turn:
        """Count one more ticket and return the turn to store, with the time `at`."""
        self.loads[channel] += 1
        self._spare.clear()
        last = self.turns.get(channel)
        if last is None or last.began + plan.tick <= now:
            turn = Turn(self.agent, channel, at, now, 1)
        else:
            turn = Turn(self.agent, channel, at, last.began, last.given + 1)
        self.turns[channel] = turn
        return turn


def _weight(bucket: str, plan: RoutingPlan, kinds: Kinds) -> int:
    """Return the weight of a ticket: that of its channel's name, else of its type, else of any channel."""
    names = (bucket, *(name for name, kind in kinds.items() if kind == bucket), kinds.get(bucket, bucket), ANY)
    return next((plan.weights[name] for name in names if name in plan.weights), 1)
