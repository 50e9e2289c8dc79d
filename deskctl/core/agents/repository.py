"""Load and write agents and teams."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, cast

from ..kernel.repository import Repository
from ..kernel.unit import Unit
from .model import Agent, Team


class AgentSource(Protocol):
    """The reads from the store for agents and teams."""

    def agents(self) -> Iterable[Agent]: ...
    def teams(self) -> Iterable[Team]: ...


@dataclass(slots=True)
class AgentChanges:
    """The agents and teams that a transaction writes, new or changed, by handle."""

    agents: dict[str, Agent] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)


class Agents(Repository):
    """The agents and teams of a unit."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("AgentSource", unit.source)
        self.changes = unit.changes.of(AgentChanges)
        self._agents: dict[str, Agent] | None = None
        self._teams: dict[str, Team] | None = None

    @property
    def agents(self) -> dict[str, Agent]:
        """Every agent by handle, inactive ones included."""
        if self._agents is None:
            self._agents = {a.handle: a for a in self.source.agents()}
        return self._agents

    @property
    def teams(self) -> dict[str, Team]:
        """Every team by handle."""
        if self._teams is None:
            self._teams = {t.handle: t for t in self.source.teams()}
        return self._teams

    def put_agent(self, agent: Agent) -> None:
        """Add or replace an agent."""
        self.agents[agent.handle] = self.changes.agents[agent.handle] = agent

    def put_team(self, team: Team) -> None:
        """Add or replace a team."""
        self.teams[team.handle] = self.changes.teams[team.handle] = team
