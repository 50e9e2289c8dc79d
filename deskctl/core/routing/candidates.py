"""An agent on the floor: where they work, how much they have, how much more they can take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .model import ANY, CAPACITY, Model, Plan, Presence, Seat, State, Turn

#: Of a channel's name its kind; a name that is not here is its own kind.
Kinds = Mapping[str, str]
#: What somebody wrote down; no channel that anybody works on, so it is everybody's.
_BY_HAND = "manual"


@dataclass(slots=True)
class Place:
    """`loads` are new and open tickets by channel, `turns` the last assignments. Changes as tickets are given out.

    `on_shift` None: no rota says anything.
    """

    agent: str
    seat: Seat
    presence: Presence
    loads: Counter[str]
    turns: dict[str, Turn]
    on_shift: bool | None = None
    _spare: dict[str, tuple[int, float]] = field(default_factory=dict)

    def absent(self, now: datetime) -> str | None:
        """Why they cannot be given anything at all."""
        state = self.presence.at(now)
        if state is not State.ONLINE:
            return state.value
        return "off_shift" if self.on_shift is False else None

    def serves(self, channel: str, plan: Plan, kinds: Kinds) -> bool:
        if channel == _BY_HAND:
            return True
        names = (channel, kinds.get(channel, channel))
        if self.presence.moved is not None:
            if self.presence.moved in names:
                return True
            if plan.model is Model.DEDICATED:
                return False
        own = self.seat.channels[:1] if plan.model is Model.DEDICATED else self.seat.channels
        return not own or any(name in own for name in names)

    def capacity(self, bucket: str) -> int:
        return self.seat.capacity.get(bucket, self.seat.capacity.get(ANY, CAPACITY))

    def bucket(self, channel: str, kinds: Kinds) -> str:
        """What a channel's tickets are counted under: its name where a capacity was set for it, else its kind."""
        return channel if channel in self.seat.capacity else kinds.get(channel, channel)

    def room(self, channel: str, plan: Plan, kinds: Kinds) -> tuple[int, float]:
        """How many more of this channel they can take, and how much of all they can do is free (0 to 1)."""
        known = self._spare.get(channel)
        if known is None:
            known = self._spare[channel] = self._room(channel, plan, kinds)
        return known

    def _room(self, channel: str, plan: Plan, kinds: Kinds) -> tuple[int, float]:
        used: Counter[str] = Counter()
        for name, count in self.loads.items():
            used[self.bucket(name, kinds)] += count
        own = self.bucket(channel, kinds)
        free = self.capacity(own) - used[own]
        if plan.model is Model.DEDICATED:
            counted = {own}
        else:
            counted = {own, *used, *(name for name in self.seat.capacity if name != ANY)}
        weights = {bucket: _weight(bucket, plan, kinds) for bucket in counted}
        whole = sum(weights[bucket] * self.capacity(bucket) for bucket in counted)
        taken = sum(weights[bucket] * used[bucket] for bucket in counted)
        return free, max(0.0, 1 - taken / whole)

    def given(self, plan: Plan, now: datetime) -> int:
        """How many they were given within the tick that still lasts."""
        return sum(turn.given for turn in self.turns.values() if turn.began + plan.tick > now)

    def tick_ends(self, plan: Plan, now: datetime) -> datetime:
        return min((t.began + plan.tick for t in self.turns.values() if t.began + plan.tick > now), default=now)

    def give(self, channel: str, plan: Plan, now: datetime, at: datetime) -> Turn:
        """One more ticket; the turn that is to be remembered, as of `at`."""
        self.loads[channel] += 1
        self._spare.clear()
        last = self.turns.get(channel)
        if last is None or last.began + plan.tick <= now:
            turn = Turn(self.agent, channel, at, now, 1)
        else:
            turn = Turn(self.agent, channel, at, last.began, last.given + 1)
        self.turns[channel] = turn
        return turn


def _weight(bucket: str, plan: Plan, kinds: Kinds) -> int:
    """What a ticket counts: as its channel does by name, else by kind, else as any does."""
    names = (bucket, *(name for name, kind in kinds.items() if kind == bucket), kinds.get(bucket, bucket), ANY)
    return next((plan.weights[name] for name in names if name in plan.weights), 1)
