"""Load and write the routing state of a transaction: presences, turns, loads and queues."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, cast

from ..kernel.repository import Repository
from ..kernel.unit import Unit
from .model import Presence, QueuedTicket, Turn


class RoutingSource(Protocol):
    """The reads from the store for routing."""

    def presences(self) -> Iterable[Presence]: ...
    def turns(self, agents: Collection[str]) -> Iterable[Turn]: ...

    def loads(self, agents: Collection[str]) -> Mapping[tuple[str, str], int]:
        """Return the number of new and open tickets of these agents, by agent and channel."""
        ...

    def waiting(
        self, team: str, limit: int, after: tuple[datetime, int] | None = None, besides: str | None = None
    ) -> Sequence[QueuedTicket]:
        """Return the head of a team's queue, or what follows `after` (queue_at and number). `besides`: leave out the
        tickets that wait for this recorded reason.
        """
        ...

    def busy(self, team: str) -> Mapping[str, tuple[int, datetime]]:
        """Return by channel how many tickets wait in a team's queue, and since when the first of them waits."""
        ...

    def unattended(self, team: str) -> bool:
        """Return True if a team was told that no agent is present, and none has come since."""
        ...


@dataclass(slots=True)
class RoutingChanges:
    """The routing state that a transaction writes.

    `unattended`: the time since when a team was warned that no agent is available; None: an agent came.
    """

    presences: dict[str, Presence] = field(default_factory=dict)
    turns: dict[tuple[str, str], Turn] = field(default_factory=dict)
    unattended: dict[str, datetime | None] = field(default_factory=dict)


class Routing(Repository):
    """The routing state as this transaction sees it: its own changes, then the source.

    Tickets are read from the source only: routing starts after all other changes of its transaction.
    """

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("RoutingSource", unit.source)
        self.changes = unit.changes.of(RoutingChanges)
        self._presences: dict[str, Presence] | None = None

    def presence(self, agent: str) -> Presence:
        if self._presences is None:
            self._presences = {p.agent: p for p in self.source.presences()}
        return self._presences.get(agent) or Presence(agent)

    def put_presence(self, presence: Presence) -> None:
        self.presence(presence.agent)
        assert self._presences is not None
        self._presences[presence.agent] = self.changes.presences[presence.agent] = presence

    def turns(self, agents: Collection[str]) -> dict[str, dict[str, Turn]]:
        """Return the turns of agents, by agent and channel."""
        found: defaultdict[str, dict[str, Turn]] = defaultdict(dict)
        for turn in (*self.source.turns(agents), *self.changes.turns.values()):
            found[turn.agent][turn.channel] = turn
        return found

    def put_turn(self, turn: Turn) -> None:
        self.changes.turns[turn.agent, turn.channel] = turn

    def loads(self, agents: Collection[str]) -> dict[str, Counter[str]]:
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for (agent, channel), count in self.source.loads(agents).items():
            found[agent][channel] = count
        return found

    def waiting(
        self, team: str, limit: int, after: tuple[datetime, int] | None = None, besides: str | None = None
    ) -> Sequence[QueuedTicket]:
        """Return unassigned tickets in the order of the queue; `after`: only those after a position."""
        return self.source.waiting(team, limit, after, besides)

    def busy(self, team: str) -> Mapping[str, tuple[int, datetime]]:
        return self.source.busy(team)

    def is_unattended(self, team: str) -> bool:
        if team in self.changes.unattended:
            return self.changes.unattended[team] is not None
        return self.source.unattended(team)

    def set_unattended(self, team: str, since: datetime | None) -> None:
        self.changes.unattended[team] = since
