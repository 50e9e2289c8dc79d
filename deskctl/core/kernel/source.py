"""The reads of the kernel from a store. Each feature declares its own in `repository.py`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from .actor import Actor
from .records import CommandRecord, RecordedEvent
from .timers import Timer


class KernelSource(Protocol):
    """Loads what a transaction needs, in bulk, as it is inside that transaction. Unknown keys are left out.

    All numbers and ids are positive integers.
    """

    def timers(self, ids: Collection[int]) -> Iterable[Timer]: ...
    def command(self, number: int, /) -> CommandRecord | None: ...

    def last_command(self, actor: Actor) -> CommandRecord | None:
        """Return the actor's newest undoable command that was not undone."""
        ...

    def latest_commands(self, actor: Actor, limit: int) -> Sequence[CommandRecord]:
        """Return the actor's newest undoable commands, newest first: those of at least `limit` invocations, if there
        are as many.
        """
        ...

    def commands_of(self, invocation: str, actor: Actor) -> Sequence[CommandRecord]:
        """Return the actor's commands of an invocation, oldest first."""
        ...

    def command_before(self, record: CommandRecord) -> int | None:
        """Return the id of the previous command of the same invocation and actor."""
        ...

    def commands_beyond_tickets(self, commands: Collection[int]) -> Collection[int]:
        """Return those of the commands that have events outside tickets, for example a change of an agent."""
        ...

    def events_of_command(self, number: int, /) -> Sequence[RecordedEvent]: ...

    def events_since(self, ticket: int, after: int) -> Sequence[RecordedEvent]:
        """Return a ticket's events with an id above `after`, oldest first."""
        ...

    def events_of_kinds(self, commands: Collection[int], kinds: Collection[str]) -> Sequence[RecordedEvent]:
        """Return the events of these kinds of the commands, oldest first."""
        ...

    def changed_tickets(self, commands: Collection[int], besides: Collection[str]) -> Collection[int]:
        """Return the tickets of the commands' events, except events of the kinds `besides`."""
        ...

    def later_changes(
        self, commands: Collection[int], besides: Collection[str], by_customer: Collection[str]
    ) -> Sequence[RecordedEvent]:
        """Return later events of other commands on the tickets that commands changed, by ticket, then by age.

        Events of the kinds `besides` are left out, both as changes and as later events. The later events are those of
        agents and users, and of the kinds `by_customer`. Events of commands that were undone are left out.
        """
        ...

    def histories(self, tickets: Collection[int], kinds: Sequence[str]) -> Iterable[RecordedEvent]:
        """Return the tickets' events of these kinds, oldest first."""
        ...

    def expect_rows(self, count: int) -> None:
        """Announce the number of new rows of each kind, so that their ids are made in bulk."""
        ...

    def next_id(self, kind: str) -> int:
        """Return a new id. `kind` is the table: tickets, messages, contacts, outbox, timers, events or commands."""
        ...

    def token(self) -> str:
        """Return 128 random bits in lower-case hexadecimal."""
        ...
