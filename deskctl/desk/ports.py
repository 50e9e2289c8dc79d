"""What a desk needs of its store. `deskctl.store` fits these; nothing here or above it speaks SQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from deskctl.core.agents.model import DESK
from deskctl.core.delivery.model import OutboxEntry
from deskctl.core.intake.journal import JournalEntry, JournalRow
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.jobs import JobAtHand
from deskctl.core.kernel.query import Query
from deskctl.core.kernel.settings import Settings
from deskctl.core.kernel.timers import Timer
from deskctl.core.kernel.unit import Unit
from deskctl.errors import StoreLost

T = TypeVar("T")


class Journal(Protocol):
    def append(self, entries: Sequence[JournalEntry]) -> list[bool]:
        """Keep raw messages durably, all in one commit; True where the row is new."""
        ...

    def waiting(self, limit: int, max_bytes: int) -> list[JournalRow]:
        """The oldest rows to work off; one that must be tried singly comes alone."""
        ...

    def start_batch(self, ids: Sequence[int]) -> None:
        """Durably note that these are tried together, so that they are tried singly if the process dies."""
        ...

    def start_single(self, row: int) -> int:
        """Durably count an attempt; how many there have been, this one included."""
        ...

    def release(self) -> None:
        """At the start of an owner: rows of a batch that died with its process will be tried singly."""
        ...

    def count_waiting(self) -> int: ...


class Outbox(Protocol):
    def claim(self, limit: int, channels: Collection[str]) -> list[OutboxEntry]:
        """Take due entries of these channels; nobody else gets them."""
        ...

    def mark_sending(self, entry: int) -> None:
        """Durable, just before the words leave."""
        ...

    def recover(self, started: bool = True) -> list[int]:
        """What a dead sender had claimed is queued again; the ids of what had begun to leave when it died.

        `started`: this sender has nothing in hand yet. Otherwise only what others have left.
        """
        ...

    def next_due(self, channels: Collection[str]) -> datetime | None:
        """When the next entry of these channels is due."""
        ...


class Timers(Protocol):
    def due(self, limit: int) -> list[Timer]: ...
    def next_due(self) -> datetime | None: ...


class Jobs(Protocol):
    def claim(self, limit: int, automations: Collection[str]) -> list[JobAtHand]:
        """Take due jobs of these automations; nobody else gets them."""
        ...

    def finish(self, connection: Any, job: int) -> bool:
        """Inside the transaction of that connection: the job goes with it; False when it is another's."""
        ...

    def put_back(self, job: int, error: str, due_at: datetime | None, counted: bool = True) -> None:
        """It failed, and is tried again at a moment, or never; not `counted`: it was not the plugin's doing."""
        ...

    def recover(self, started: bool = True) -> None:
        """What a dead daemon had in hand waits again."""
        ...

    def next_due(self, automations: Collection[str]) -> datetime | None: ...
    def rows(self) -> list[Any]:
        """`list[requests.JobRow]`."""
        ...

    def retry(self, job: int) -> None:
        """Raises NotFound."""
        ...

    def drop(self, job: int) -> None:
        """Raises NotFound."""
        ...


class Delays(Protocol):
    def set_back(self, by: timedelta) -> None:
        """The clock was set back by this much: retries, undo windows and digests do not wait longer for it."""
        ...


class ChannelStates(Protocol):
    def load(self, channel: str) -> dict[str, Any]: ...
    def save(self, channel: str, state: Mapping[str, Any]) -> None: ...


class Store(Protocol):
    """Synchronous and safe to call from any thread. Raises deskctl.errors.Unavailable when it cannot be used now."""

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
        """Run `work` on a unit and commit what it changed (nothing with `dry_run`). `name`: of its fault points."""
        ...

    @property
    def settings(self) -> Settings: ...

    def with_connection(self, work: Callable[[Unit, Any], T], *, dry_run: bool = False, name: str = "request") -> T:
        """As `transaction`, with its connection for the tables of a plugin."""
        ...

    def reading(self) -> AbstractContextManager[Any]:
        """A connection that sees one moment of the store and writes nothing."""
        ...

    def require_index(self) -> None:
        """Raise Unavailable while what is searched for is not all indexed."""
        ...

    def read_with_connection(self, work: Callable[[Any], T]) -> T:
        """Run `work` on a connection that writes nothing."""
        ...

    def ask_on(self, connection: Any, query: Query, viewer: Actor = DESK) -> Any:
        """As `ask`, inside the transaction of that connection."""
        ...

    def is_at_fault(self, error: BaseException) -> bool:
        """Whether what came out of a plugin's use of its connection is the store's doing, not the plugin's."""
        ...

    def plugin_revisions(self) -> Mapping[str, tuple[str, ...]]:
        """By plugin: the revisions of its tables that were made."""
        ...

    def ask(self, query: Query, viewer: Actor = DESK) -> Any:
        """The JSON document that the query names, as `viewer` may see it. Raises NotFound and UsageError."""
        ...

    def blob(self, sha256: str) -> bytes: ...
    def writable(self) -> bool: ...
    def watch(self, lost: Callable[[StoreLost], None]) -> None:
        """Have `lost` called, in any thread, when the store's files were taken away under this process."""
        ...

    def check(self) -> None:
        """Raise StoreLost when the store's files were taken away. Costs little."""
        ...

    def close(self) -> None: ...


#: Runs a piece of work where writes belong: at once in a short command, on the writer's thread in the daemon.
Run = Callable[[Callable[[], Any]], Any]


def run_directly(work: Callable[[], T]) -> T:
    return work()


def names(items: Iterable[str]) -> str:
    """Names for a hint."""
    return ", ".join(sorted(items)) or "none"
