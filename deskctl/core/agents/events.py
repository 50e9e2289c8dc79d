"""Events of agents and teams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...dataclass import dataclass
from ...i18n import _
from ..kernel.event import Event, Kept
from ..kernel.undo import UNRECORDED, Follows, Hindrance, Restore, Undoable, changed_since
from ..values.dataclass_json import conflicts
from .repository import Agents

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class AgentChanged(Event):
    """An agent was added, or the fields `what` of an agent were changed."""

    kind = "agent_changed"
    undo = Undoable(
        "The agent's fields are restored; tickets that went back to the queue are assigned to the agent again.",
        unless="the agent was added",
    )
    concerns = _("agent {agent}")
    agent: str
    what: tuple[str, ...]

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield RestoreAgent(self.agent, self.kept["old"])

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if "added" in self.what:
            return Hindrance(
                _("an agent cannot be removed, because tickets and the history refer to the agent"),
                _("deskctl agent set {agent} --inactive deactivates the agent", agent=self.agent),
            )
        if self.kept is None:
            return UNRECORDED
        changed = conflicts(Agents.of(unit).agents[self.agent], self.kept["new"])
        return changed_since(_("agent {agent}", agent=self.agent), changed, f"deskctl agent set {self.agent}")


@dataclass(frozen=True, slots=True)
class TeamCreated(Event):
    """A team was created."""

    kind = "team_created"
    undo = Follows(
        _("a team cannot be removed, because tickets and the history refer to it"), _("deskctl team set renames it")
    )
    concerns = _("team {team}")
    team: str


@dataclass(frozen=True, slots=True)
class TeamRedefined(Event):
    """The fields `what` of a team were changed."""

    kind = "team_redefined"
    undo = Undoable("The team's fields are restored.")
    concerns = _("team {team}")
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
        return changed_since(_("team {team}", team=self.team), changed, f"deskctl team set {self.team}")


@dataclass(frozen=True, slots=True)
class RestoreAgent(Restore):
    """Restore fields of an agent. `fields` are values as `plain` returns them."""

    agent: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RestoreTeam(Restore):
    """Restore fields of a team. `fields` are values as `plain` returns them."""

    team: str
    fields: Mapping[str, Any]
