"""The store of a desk: transactions, queries, journal and outbox behind one object."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from ..core import features
from ..core.agents.model import DESK, Agent
from ..core.contacts.repository import Contacts
from ..core.kernel.actor import Actor
from ..core.kernel.query import Query
from ..core.kernel.settings import Settings
from ..core.kernel.unit import Unit
from ..errors import StoreLost
from . import blobs, plugin_tables, schema
from .agents.callers import active_agents
from .automations.jobs import Jobs
from .contacts.erase import EraseHook
from .delivery.delays import Delays
from .delivery.outbox import Outbox
from .engine import Database, database
from .errors import is_store_fault
from .intake.channel_state import ChannelState
from .intake.journal import Journal
from .queries import answer
from .queries import keys as query_keys
from .queries import rows as query_rows
from .queries.reader import Reader
from .retry import retry_on_conflict
from .search import rebuild
from .sla import PolicyBookCache
from .source import DatabaseSource
from .timers import Timers
from .write import write

T = TypeVar("T")


class _DryRunRollback(Exception):
    """End a dry run, so that its transaction is rolled back."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """The store. Safe to use from any thread. Every method raises Unavailable if the database fails."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], datetime], owner: str) -> None:
        self._database = database
        self.settings = settings
        self._clock = clock
        self._policy_books = PolicyBookCache()
        self._erase_hook: EraseHook | None = None
        self.journal = Journal(database)
        self._instance = database.instance(owner)
        self.outbox = Outbox(database, clock, self._instance)
        self.jobs = Jobs(database, clock, self._instance)
        self.timers = Timers(database, clock)
        self.delays = Delays(database, clock)
        self.state = ChannelState(database)

    @classmethod
    def open(
        cls,
        url: str,
        settings: Settings,
        clock: Callable[[], datetime] = _utc_now,
        *,
        migrate: bool = False,
        busy: float = 60.0,
        owner: str = "",
    ) -> Store:
        """Open the store at `url`: `sqlite:///PATH` or `postgresql://…`.

        `migrate` creates or upgrades its tables first. `busy` is the number of seconds to wait for a lock of another
        process. `owner` is the readable name of the daemon that claims outbox entries; daemons can share it. Raises
        ConfigError if the tables are not of this version, Unavailable if the store cannot be reached.
        """
        if migrate:
            from .migrate import upgrade

            upgrade(url)
        opened = database(url, busy=busy)
        try:
            with opened.reading() as connection:
                schema.check(schema.revision_of(connection), opened.location)
        except BaseException:
            opened.close()
            raise
        return cls(opened, settings, clock, owner)

    def transaction(self, work: Callable[[Unit], T], *, dry_run: bool = False, name: str = "command") -> T:
        """Run `work` on a unit and write the changes, all or nothing.

        `work` can run more than once (PostgreSQL: after a conflict with another transaction), each time on a new unit;
        it must have no side effects. `dry_run` decides and writes nothing. Transactions cannot be nested. `name` is
        the name of the fault points.
        """
        return retry_on_conflict(lambda: self._attempt(work, dry_run, name))

    def _attempt(self, work: Callable[[Unit], T], dry_run: bool, name: str) -> T:
        with self._database.deciding() if dry_run else self._database.writing(name) as connection:
            source = DatabaseSource(connection, self._database.ids(connection), self._policy_books)
            unit = features.new_unit(source, self.settings, self._clock())
            unit.dry_run = dry_run
            result = work(unit)
            if not dry_run:
                write(connection, unit.changes, source, self._erase_hook)
        if Contacts.of(unit).changes.erased and not dry_run:
            self._database.flush_erased()
        return result

    def with_connection(self, work: Callable[[Unit, Any], T], *, dry_run: bool = False, name: str = "request") -> T:
        """Run a transaction and pass its connection to `work` for the tables of a plugin, which are written directly.

        The changes of the unit are written after `work`. `dry_run` also writes, and rolls back.
        """
        return retry_on_conflict(lambda: self._with_connection(work, dry_run, name))

    def _with_connection(self, work: Callable[[Unit, Any], T], dry_run: bool, name: str) -> T:
        result: list[T] = []
        try:
            with self._database.writing(name) as connection:
                source = DatabaseSource(connection, self._database.ids(connection), self._policy_books)
                unit = features.new_unit(source, self.settings, self._clock())
                unit.dry_run = dry_run
                result.append(work(unit, connection))
                write(connection, unit.changes, source, self._erase_hook)
                if dry_run:
                    raise _DryRunRollback
            if Contacts.of(unit).changes.erased:
                self._database.flush_erased()
        except _DryRunRollback:
            pass
        return result[0]

    def set_erase_hook(self, hook: EraseHook) -> None:
        """Call `hook` with the connection of each transaction that erases a person. An exception in it rolls back the
        erasure.
        """
        self._erase_hook = hook

    def reading(self) -> AbstractContextManager[Any]:
        """Return a read-only connection with a consistent view of the store."""
        return self._database.reading()

    def read_with_connection(self, work: Callable[[Any], T]) -> T:
        """Run `work` on a read-only connection with a consistent view of the store."""
        with self._database.reading() as connection:
            return work(connection)

    def ask_on(self, connection: Any, query: Query, viewer: Actor = DESK) -> Any:
        """Answer a query as `ask` does, inside the transaction of the connection."""
        return answer(Reader(connection, self.settings, self._database, viewer), query)

    def agents(self) -> list[Agent]:
        """Return the active agents with their teams and logins, but without their other properties."""
        with self._database.reading() as connection:
            return active_agents(connection)

    def agents_on(self, connection: Any) -> list[Agent]:
        """Return the agents as `agents` does, inside the transaction of the connection."""
        return active_agents(connection)

    def is_at_fault(self, error: BaseException) -> bool:
        """Return True if the store, and not the plugin, caused an error while a plugin used its connection.

        Examples are a full disk and a conflict between transactions.
        """
        return is_store_fault(error, self._database.location)

    def plugin_revisions(self) -> dict[str, tuple[str, ...]]:
        """Return the applied revisions of the tables of each plugin."""
        with self._database.reading() as connection:
            return plugin_tables.recorded(connection)

    def ask(self, query: Query, viewer: Actor = DESK) -> Any:
        """Return the JSON document that answers the query, without data that `viewer` may not see. Raises NotFound,
        UsageError.
        """
        with self._database.reading() as connection:
            return answer(Reader(connection, self.settings, self._database, viewer), query)

    def keys(self, query: Query, viewer: Actor = DESK) -> Sequence[int] | None:
        """Return the keys of the rows in the answer to a query, None if it cannot be answered in pages."""
        with self._database.reading() as connection:
            found = query_keys(Reader(connection, self.settings, self._database, viewer), query)
            return None if found is None else array("q", found)

    def rows(self, query: Query, keys: Sequence[int], viewer: Actor = DESK) -> list[Any]:
        """Return the rows with these keys, which `keys` returned for the query."""
        with self._database.reading() as connection:
            return query_rows(Reader(connection, self.settings, self._database, viewer), query, keys)

    def blob(self, sha256: str) -> bytes:
        """Return the bytes with this SHA-256 (hexadecimal). Raises NotFound."""
        with self._database.reading() as connection:
            return blobs.read(connection, [sha256])[sha256]

    def require_index(self) -> None:
        """Raise Unavailable while the search index is incomplete."""
        with self._database.reading() as connection:
            rebuild.require(connection)

    def watch(self, lost: Callable[[StoreLost], None]) -> None:
        """Call `lost`, in any thread, when the store's files are removed while they are open."""
        self._database.lost = lost

    @property
    def folder(self) -> Path | None:
        """The folder of the store's files, None if they are not on this machine."""
        return self._database.folder

    def check(self) -> None:
        """Raise StoreLost if the store's files were removed. Fast."""
        self._database.check()

    def writable(self) -> bool:
        """Return True if a transaction would probably succeed now. Fast; waits for no lock."""
        return self._database.writable()

    def close(self) -> None:
        self._instance.close()
        self._database.close()
