"""The store of a desk: its transactions, its queries, its journal and its outbox behind one object."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, TypeVar

from deskctl.core.contacts.repository import Contacts

from ..core import features
from ..core.agents.model import DESK
from ..core.kernel.actor import Actor
from ..core.kernel.query import Query
from ..core.kernel.settings import Settings
from ..core.kernel.unit import Unit
from ..errors import StoreLost
from . import blobs, plugin_tables, schema
from .channel_state import ChannelState
from .delays import Delays
from .engine import Database, database
from .erase import EraseToo
from .errors import of_the_store
from .jobs import Jobs
from .journal import Journal
from .outbox import Outbox
from .queries import answer
from .queries.reader import Reader
from .retry import again
from .search import rebuild
from .sla import PolicyBookCache
from .source import StoredSource
from .timers import Timers
from .write import write

T = TypeVar("T")


class _TakenBack(Exception):
    """Ends a transaction that was only tried."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """Safe to use from any thread. Every method raises Unavailable when the database cannot do its part."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], datetime], owner: str) -> None:
        self._database = database
        self.settings = settings
        self._clock = clock
        self._shelf = PolicyBookCache()
        self._erase_too: EraseToo | None = None
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

        `migrate` makes or upgrades its tables first. `busy`: seconds to wait for a lock of another process.
        `owner` names the daemon that takes messages out of the outbox, for people; daemons may share it.
        Raises ConfigError when the tables are not of this version, Unavailable when the store cannot be reached.
        """
        if migrate:
            from .migrate import upgrade

            upgrade(url)
        opened = database(url, busy=busy)
        try:
            with opened.reading() as connection:
                schema.check(schema.revision_of(connection), opened.where)
        except BaseException:
            opened.close()
            raise
        return cls(opened, settings, clock, owner)

    def transaction(self, work: Callable[[Unit], T], *, dry_run: bool = False, name: str = "command") -> T:
        """Run `work` on a unit and write what it changed, all or nothing.

        `work` may run more than once (PostgreSQL: when another transaction was faster), each time on a fresh
        unit; it must do nothing but decide. `dry_run` decides and writes nothing. Not to be nested. `name` is
        that of the transaction's fault points.
        """
        return again(lambda: self._attempt(work, dry_run, name))

    def _attempt(self, work: Callable[[Unit], T], dry_run: bool, name: str) -> T:
        with self._database.deciding() if dry_run else self._database.writing(name) as connection:
            source = StoredSource(connection, self._database.ids(connection), self._shelf)
            unit = features.new_unit(source, self.settings, self._clock())
            unit.dry_run = dry_run
            result = work(unit)
            if not dry_run:
                write(connection, unit.changes, source, self._erase_too)
        if Contacts.of(unit).changes.erased and not dry_run:
            self._database.forget()
        return result

    def with_connection(self, work: Callable[[Unit, Any], T], *, dry_run: bool = False, name: str = "request") -> T:
        """As `transaction`, with its connection for the tables of a plugin, which are written at once.

        What the unit has changed is written after `work`. `dry_run` writes, too, and takes it back.
        """
        return again(lambda: self._with_connection(work, dry_run, name))

    def _with_connection(self, work: Callable[[Unit, Any], T], dry_run: bool, name: str) -> T:
        result: list[T] = []
        try:
            with self._database.writing(name) as connection:
                source = StoredSource(connection, self._database.ids(connection), self._shelf)
                unit = features.new_unit(source, self.settings, self._clock())
                unit.dry_run = dry_run
                result.append(work(unit, connection))
                write(connection, unit.changes, source, self._erase_too)
                if dry_run:
                    raise _TakenBack
            if Contacts.of(unit).changes.erased:
                self._database.forget()
        except _TakenBack:
            pass
        return result[0]

    def erase_too(self, too: EraseToo) -> None:
        """Call `too` in each transaction that erases a person, with its connection. What it raises undoes the rest."""
        self._erase_too = too

    def reading(self) -> AbstractContextManager[Any]:
        """A connection that sees one moment of the store and writes nothing."""
        return self._database.reading()

    def read_with_connection(self, work: Callable[[Any], T]) -> T:
        """Run `work` on a connection that sees one moment of the store and writes nothing."""
        with self._database.reading() as connection:
            return work(connection)

    def ask_on(self, connection: Any, query: Query, viewer: Actor = DESK) -> Any:
        """As `ask`, inside the transaction that the connection is in."""
        return answer(Reader(connection, self.settings, self._database, viewer), query)

    def is_at_fault(self, error: BaseException) -> bool:
        """Whether what came out of a plugin's use of its connection is the store's doing (a full disk, a lost race)
        and not the plugin's."""
        return of_the_store(error, self._database.where)

    def plugin_revisions(self) -> dict[str, tuple[str, ...]]:
        """By plugin: the revisions of its tables that were made."""
        with self._database.reading() as connection:
            return plugin_tables.recorded(connection)

    def ask(self, query: Query, viewer: Actor = DESK) -> Any:
        """The JSON document that the query names, as `viewer` may see it. Raises NotFound, UsageError."""
        with self._database.reading() as connection:
            return answer(Reader(connection, self.settings, self._database, viewer), query)

    def blob(self, sha256: str) -> bytes:
        """The bytes kept under this SHA-256 (hexadecimal). Raises NotFound."""
        with self._database.reading() as connection:
            return blobs.read(connection, [sha256])[sha256]

    def require_index(self) -> None:
        """Raise Unavailable while what is searched for is not all indexed."""
        with self._database.reading() as connection:
            rebuild.require(connection)

    def watch(self, lost: Callable[[StoreLost], None]) -> None:
        """Have `lost` called, in any thread, when the store's files were taken away under this process."""
        self._database.lost = lost

    def check(self) -> None:
        """Raise StoreLost when the store's files were taken away. Costs little."""
        self._database.check()

    def writable(self) -> bool:
        """Whether a transaction would probably succeed now; costs little and waits for nobody."""
        return self._database.writable()

    def close(self) -> None:
        self._instance.close()
        self._database.close()
