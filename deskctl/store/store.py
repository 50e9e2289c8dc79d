"""The store of a desk: its transactions, its queries, its journal and its outbox behind one object."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from ..core.queries import Query
from ..core.settings import Settings
from ..core.unit import Unit
from . import blobs, schema
from .engine import Database, database
from .journal import Journal
from .outbox import Outbox
from .queries import Reader, answer
from .retry import again
from .source import StoredSource
from .state import ChannelState
from .timers import Timers
from .write import write

T = TypeVar("T")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """Safe to use from any thread. Every method raises Unavailable when the database cannot do its part."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], datetime], owner: str) -> None:
        self._database = database
        self.settings = settings
        self._clock = clock
        self.journal = Journal(database)
        self.outbox = Outbox(database, clock, owner)
        self.timers = Timers(database, clock)
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
        `owner` names whoever takes messages out of the outbox; one at a time has the name, and a restart keeps it.
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
            source = StoredSource(connection, self._database.ids(connection))
            unit = Unit(source, self.settings, self._clock())
            result = work(unit)
            if not dry_run:
                write(connection, unit.changes, source)
            return result

    def ask(self, query: Query) -> Any:
        """The JSON document that the query names. Raises NotFound, UsageError."""
        with self._database.reading() as connection:
            return answer(Reader(connection, self.settings, self._database), query)

    def blob(self, sha256: str) -> bytes:
        """The bytes kept under this SHA-256 (hexadecimal). Raises NotFound."""
        with self._database.reading() as connection:
            return blobs.read(connection, [sha256])[sha256]

    def writable(self) -> bool:
        """Whether a transaction would probably succeed now; costs little and waits for nobody."""
        return self._database.writable()

    def close(self) -> None:
        self._database.close()
