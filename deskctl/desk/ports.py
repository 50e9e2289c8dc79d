"""The interface of the store. `deskctl.store` implements it; this layer and the layers above do not use SQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from deskctl.core.agents.model import DESK, Agent
from deskctl.core.automations.jobs import ClaimedJob
from deskctl.core.delivery.model import OutboxEntry
from deskctl.core.intake.journal import JournalEntry, JournalRow, PreparedEntry
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.query import Query
from deskctl.core.kernel.settings import Settings
from deskctl.core.kernel.timers import Timer
from deskctl.core.kernel.unit import Unit
from deskctl.errors import Refused, StoreLost

T = TypeVar("T")


class Journal(Protocol):
    def prepare(self, entries: Sequence[JournalEntry]) -> list[PreparedEntry]:
        """Do the part of `append` that needs no transaction, in the calling thread."""
        ...

    def append(self, entries: Sequence[JournalEntry | PreparedEntry]) -> list[bool]:
        """Store raw messages durably in one commit. Return True for each new row."""
        ...

    def waiting(self, limit: int, max_bytes: int, after: int = 0) -> list[JournalRow]:
        """Return the oldest waiting rows with an id above `after`.

        A row that must be processed alone is returned alone.
        """
        ...

    def start_batch(self, ids: Sequence[int]) -> None:
        """Record that these rows are processed together. If the process dies, they are processed one by one.

        The record survives the process, but a failure of the machine may undo it.
        """
        ...

    def start_single(self, row: int) -> int:
        """Record an attempt durably, and return the number of attempts including this one."""
        ...

    def release(self, waited: tuple[int, int] | None = None) -> None:
        """Mark rows of a batch whose process died: they are processed one by one. Called when an owner starts.

        `waited`: a row and the number of its attempts, the last of which does not count.
        """
        ...

    def count_waiting(self) -> int: ...


class Outbox(Protocol):
    def claim(self, limit: int, channels: Collection[str]) -> list[OutboxEntry]:
        """Claim due entries of these channels exclusively."""
        ...

    def mark_sending(self, entry: int) -> None:
        """Mark an entry durably as being sent, directly before it is sent."""
        ...

    def mark_all_sending(self, entries: Collection[int]) -> dict[int, Refused]:
        """Mark entries as being sent, in one commit. Return an error for each that must not be sent."""
        ...

    def mark_sending_in(self, connection: Any, entries: Collection[int]) -> dict[int, Refused]:
        """Mark entries as `mark_all_sending` does, in the transaction of the connection."""
        ...

    def recover(self, started: bool = True) -> list[int]:
        """Queue the claimed entries of dead senders again. Return the ids of entries that were being sent.

        `started`: this sender has not claimed anything yet. Otherwise only entries of other senders are recovered.
        """
        ...

    def next_due(self, channels: Collection[str]) -> datetime | None:
        """Return the due time of the next entry of these channels."""
        ...


class Timers(Protocol):
    def due(self, limit: int) -> list[Timer]: ...
    def next_due(self) -> datetime | None: ...


class Jobs(Protocol):
    def claim(
        self, limit: int, automations: Collection[str], together: Collection[str] | None = None
    ) -> list[ClaimedJob]:
        """Claim due jobs of these automations exclusively. `together`: claim jobs that can run in one call."""
        ...

    def finish(self, connection: Any, jobs: Collection[int]) -> set[int]:
        """Delete jobs in the transaction of the connection. Return those that no other daemon has claimed."""
        ...

    def put_back(self, job: int, error: str, due_at: datetime | None, counted: bool = True) -> None:
        """Queue a failed job for `due_at`, None: never. `counted` is False if the plugin did not cause the failure."""
        ...

    def recover(self, started: bool = True) -> None:
        """Queue the claimed jobs of dead daemons again."""
        ...

    def next_due(self, automations: Collection[str]) -> datetime | None: ...
    def rows(self) -> list[Any]:
        """Return a `list[call_documents.JobRow]`."""
        ...

    def retry(self, job: int) -> None:
        """Run a failed job again. Raises NotFound."""
        ...

    def drop(self, job: int) -> None:
        """Remove a failed job. Raises NotFound."""
        ...


class Delays(Protocol):
    def set_back(self, by: timedelta) -> None:
        """Move retries, undo windows and digests back by this time after the clock was set back."""
        ...


class ChannelStates(Protocol):
    def load(self, channel: str) -> dict[str, Any]: ...
    def save(self, channel: str, state: Mapping[str, Any]) -> None: ...


class Store(Protocol):
    """The store. Its methods block and can be called in any thread. They raise Unavailable if the store is unusable."""

    @property
    def journal(self) -> Journal: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def timers(self) -> Timers: ...
    @property
    def delays(self) -> Delays: ...
    @property
    def state(self) -> ChannelStates: ...

    def transaction(self, work: Callable[[Unit], T], *, dry_run: bool = False, name: str = "command") -> T:
        """Run `work` on a unit and commit its changes (none with `dry_run`). `name` is that of its fault points.

        `work` may run several times after conflicts, so it must not change anything but the unit.
        """
        ...

    @property
    def settings(self) -> Settings: ...

    def with_connection(self, work: Callable[[Unit, Any], T], *, dry_run: bool = False, name: str = "request") -> T:
        """Run a `transaction` whose connection can also be used for the tables of a plugin."""
        ...

    def reading(self) -> AbstractContextManager[Any]:
        """Return a connection with a consistent, read-only view of the store."""
        ...

    def require_index(self) -> None:
        """Raise Unavailable while the search index is incomplete."""
        ...

    def read_with_connection(self, work: Callable[[Any], T]) -> T:
        """Run `work` on a read-only connection."""
        ...

    def ask_on(self, connection: Any, query: Query, viewer: Actor = DESK) -> Any:
        """Answer a query inside the transaction of the connection."""
        ...

    def agents(self) -> list[Agent]:
        """Return the active agents with their teams and logins, but without their other properties."""
        ...

    def agents_on(self, connection: Any) -> list[Agent]:
        """Return the agents as `agents` does, inside the transaction of the connection."""
        ...

    def is_at_fault(self, error: BaseException) -> bool:
        """Return True if an exception of a plugin's database access is an error of the store, not of the plugin."""
        ...

    def plugin_revisions(self) -> Mapping[str, tuple[str, ...]]:
        """Return the applied revisions of the tables of each plugin."""
        ...

    def ask(self, query: Query, viewer: Actor = DESK) -> Any:
        """Return the JSON document that answers a query, as visible to `viewer`. Raises NotFound and UsageError."""
        ...

    def keys(self, query: Query, viewer: Actor = DESK) -> Sequence[int] | None:
        """Return the keys of the rows in the answer to a query, None if it cannot be answered in pages."""
        ...

    def rows(self, query: Query, keys: Sequence[int], viewer: Actor = DESK) -> list[Any]:
        """Return the rows with some of these keys, without those that were removed meanwhile."""
        ...

    def blob(self, sha256: str) -> bytes: ...
    def writable(self) -> bool: ...

    @property
    def folder(self) -> Path | None:
        """The folder of the store's files, None if they are not on this machine."""
        ...

    def watch(self, lost: Callable[[StoreLost], None]) -> None:
        """Call `lost`, in any thread, when the files of the store are removed."""
        ...

    def check(self) -> None:
        """Raise StoreLost if the files of the store were removed. This is fast."""
        ...

    def close(self) -> None: ...


#: A function that runs work which writes: directly in a short command, on the writer thread in the daemon.
Run = Callable[[Callable[[], Any]], Any]


def run_directly(work: Callable[[], T]) -> T:
    return work()


def names(items: Iterable[str]) -> str:
    """Return names as a list for a hint."""
    return ", ".join(sorted(items)) or "none"
