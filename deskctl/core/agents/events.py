"""What happened outside tickets: agents, teams, blocked senders, quarantined mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..kernel.event import Event, Kept
from ..kernel.undo import UNRECORDED, Follows, Hindrance, Restore, Undoable, changed_since
from ..values.dataclass_json import conflicts
from .repository import Agents

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class AgentChanged(Event):
    kind = "agent_changed"
    undo = Undoable(
        "The agent is as before; tickets that went back to the queue are theirs again.", unless="the agent was added"
    )
    concerns = "agent {agent}"
    agent: str
    what: tuple[str, ...]

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield RestoreAgent(self.agent, self.kept["old"])

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if "added" in self.what:
            why = "an agent is not removed, because tickets and history name them"
            return Hindrance(why, f"deskctl agent set {self.agent} --inactive")
        if self.kept is None:
            return UNRECORDED
        changed = conflicts(Agents.of(unit).agents[self.agent], self.kept["new"])
        return changed_since(f"agent {self.agent}", changed, f"deskctl agent set {self.agent}")


@dataclass(frozen=True, slots=True)
class TeamCreated(Event):
    kind = "team_created"
    undo = Follows("a team is not removed, because tickets and history name it", "deskctl team set renames it")
    concerns = "team {team}"
    team: str


@dataclass(frozen=True, slots=True)
class TeamRedefined(Event):
    kind = "team_redefined"
    undo = Undoable("The team is as before.")
    concerns = "team {team}"
    team: str
    what: tuple[str, ...]

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield RestoreTeam(self.team, self.kept["old"])

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if self.kept is None:
            return UNRECORDED
        changed = conflicts(Agents.of(unit).teams[self.team], self.kept["new"])
        return changed_since(f"team {self.team}", changed, f"deskctl team set {self.team}")


@dataclass(frozen=True, slots=True)
class RestoreAgent(Restore):
    """`fields` as `plain` gives them."""

    agent: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RestoreTeam(Restore):
    team: str
    fields: Mapping[str, Any]
