"""The working set of one transaction.

Handlers decide in memory, one command after another, each seeing what the earlier ones made; the store then writes
`changes` in bulk. What a feature loads and writes is in its repository.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from .actor import Actor
from .changes import Changes
from .event import Event
from .records import CommandRecord, RecordedEvent
from .repository import Repository, load_missing
from .settings import Settings
from .source import KernelSource
from .timers import Timer

R = TypeVar("R", bound=Repository)


class Unit:
    """A transaction in memory. `now` is aware, UTC, the same for the whole transaction.

    `projections` are called for each recorded event, to change the state that follows from it.
    """

    def __init__(
        self,
        source: KernelSource,
        settings: Settings,
        now: datetime,
        projections: Sequence[Callable[[Unit, RecordedEvent], None]] = (),
    ) -> None:
        self.source = source
        self.settings = settings
        self.now = now
        self.changes = Changes()
        #: The number of automations that led to this transaction.
        self.job_depth = 0
        #: The shell command that the commands of this transaction are part of.
        self.invocation: str | None = None
        #: True if the desk's owner, or the desk itself, gives the commands.
        self.by_owner = True
        #: Further actors of earlier commands of the caller, which undo considers.
        self.aliases: Collection[Actor] = ()
        #: True if nothing will be written.
        self.dry_run = False
        self._projections = projections
        self._repositories: dict[type[Any], Any] = {}
        self._timers: dict[int, Timer | None] = {}
        self._command: CommandRecord | None = None

    def repository(self, kind: type[R]) -> R:
        """Return the repository of a class; `Class.of(unit)` is shorter."""
        found = self._repositories.get(kind)
        if found is None:
            found = self._repositories[kind] = kind(self)
        return cast("R", found)

    # --- commands and events ----------------------------------------------------------------------

    @property
    def events(self) -> list[RecordedEvent]:
        """The events of this transaction, in order."""
        return self.changes.events

    def begin(self, name: str, actor: Actor, undoable: bool) -> int:
        """Start a command, to which the events that follow belong. Return its id."""
        number = self.source.next_id("commands")
        record = CommandRecord(number, name, actor, self.now, undoable, False, self.invocation)
        self._command = record
        return record.id

    def ensure_invocation(self) -> None:
        """Make the current command part of an invocation, so that later commands can continue it.

        Call it before the first event of the command.
        """
        command = self._command
        if command is not None and command.invocation is None:
            self._command = command._replace(invocation=self.source.token())

    def continue_command(self, earlier: CommandRecord) -> None:
        """Make the current command a part of an earlier one: the same name, actor and invocation.

        Call it before the first event of the command.
        """
        command = self._command
        assert command is not None, "begin() comes first"
        self._command = earlier._replace(id=command.id, at=command.at, undone=False)

    @property
    def command_id(self) -> int:
        """The id of the current command."""
        assert self._command is not None, "begin() comes first"
        return self._command.id

    def record(self, event: Event, actor: Actor) -> None:
        """Record an event, and apply it to the state that follows from events."""
        command = self._command
        assert command is not None, "begin() comes first"
        if not self.changes.commands or self.changes.commands[-1].id != command.id:
            self.changes.commands.append(command)  # a command that changes nothing is not stored
        recorded = RecordedEvent(self.source.next_id("events"), command.id, actor, self.now, event)
        self.changes.events.append(recorded)
        for project in self._projections:
            project(self, recorded)

    def current_events(self) -> Iterator[RecordedEvent]:
        """Yield the events of the current command, newest first."""
        for recorded in reversed(self.changes.events):
            if self._command is None or recorded.command != self._command.id:
                return
            yield recorded

    def mark_undone(self, command: int) -> None:
        """Record that a command was undone."""
        self.changes.undone_commands.add(command)

    # --- timers -----------------------------------------------------------------------------------

    def timer(self, number: int) -> Timer | None:
        """Return a timer as it is stored."""
        self.load_timers((number,))
        return self._timers[number]

    def load_timers(self, ids: Collection[int]) -> None:
        """Load timers in bulk."""
        load_missing(self._timers, ids, self.source.timers, lambda t: t.id)

    def set_timer(self, timer: Timer) -> None:
        """Set a timer; it replaces one with the same key."""
        self.changes.timers[timer.key] = timer
        self.changes.dropped_timers.discard(timer.key)

    def drop_timer(self, key: str) -> None:
        """Remove the timer with this key, if there is one."""
        self.changes.timers.pop(key, None)
        self.changes.dropped_timers.add(key)
