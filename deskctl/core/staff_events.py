"""What happened outside tickets: agents, teams, blocked senders, quarantined mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .blocking import is_listed, pattern_of
from .event import Event, Kept
from .plain import conflicts
from .restores import RestoreAgent, RestoreTeam
from .undo import UNRECORDED, Cannot, Follows, Hindrance, Restore, Undoable

if TYPE_CHECKING:
    from .ports import RecordedEvent
    from .unit import Unit


@dataclass(frozen=True, slots=True)
class AgentChanged(Event):
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
        changed = conflicts(unit.agents[self.agent], self.kept["new"])
        return changed_since(f"agent {self.agent}", changed, f"deskctl agent set {self.agent}")


@dataclass(frozen=True, slots=True)
class TeamCreated(Event):
    undo = Follows("a team is not removed, because tickets and history name it", "deskctl team set renames it")
    concerns = "team {team}"
    team: str


@dataclass(frozen=True, slots=True)
class TeamRedefined(Event):
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
        changed = conflicts(unit.teams[self.team], self.kept["new"])
        return changed_since(f"team {self.team}", changed, f"deskctl team set {self.team}")


@dataclass(frozen=True, slots=True)
class SenderBlocked(Event):
    """Mail from somebody is spam from now on, or (`blocked` False) no longer.

    Where a ticket's customer is meant: `place` is that of the address among theirs, oldest first, and `domain`
    tells whether everybody there is meant. Both are null where an agent named an address.
    """

    undo = Undoable("The address or domain is blocked, or not, as before.")
    concerns = "a blocked sender"

    blocked: bool
    place: int | None = None
    domain: bool | None = None

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if pattern := self._pattern(unit):
            unit.block(pattern, not self.blocked)
            yield SenderBlocked(self.ticket, not self.blocked, self.place, self.domain, self.kept)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        pattern = self._pattern(unit)
        if not pattern:
            return None if self.ticket is not None else UNRECORDED
        if self.ticket is None and is_listed(unit, pattern) is not self.blocked:
            return Hindrance(f"{pattern} was {'unblocked' if self.blocked else 'blocked'} since", "deskctl block list")
        return None

    def _pattern(self, unit: Unit) -> str:
        """The blocked address or domain; "" when it is no longer known."""
        if self.ticket is not None and self.place is not None:
            return pattern_of(unit, unit.ticket(self.ticket).contact, self.place, bool(self.domain))
        return str((self.kept or {}).get("pattern", ""))


@dataclass(frozen=True, slots=True)
class IntakeDecided(Event):
    """What a person decided on a quarantined message: retry or drop."""

    undo = Cannot("the mail has left quarantine", "deskctl inbox list shows what is in quarantine")
    concerns = "inbox entry {journal}"

    journal: int
    decision: str


@dataclass(frozen=True, slots=True)
class PluginWrote(Event):
    """A request of a plugin wrote into the plugin's tables. `instead` says how its caller can reverse it."""

    undo = Cannot("only the plugin knows how to reverse it")

    plugin: str
    request: str
    instead: str | None = None

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        why = f"only the plugin {self.plugin} knows how to reverse it"
        return Hindrance(why, self.instead or f"deskctl {self.plugin} --help lists its commands")


def changed_since(what: str, fields: tuple[str, ...], instead: str) -> Hindrance | None:
    """The hindrance that somebody changed the same `fields` again; None when there are none."""
    return Hindrance(f"{what} was changed since ({', '.join(fields)})", instead) if fields else None
