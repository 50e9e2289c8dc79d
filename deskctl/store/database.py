"""A database that holds a store, and its transactions: to write, to read, and to try a change without writing it."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ..errors import StoreLost
from ..faultpoints import reach
from .errors import convert_errors
from .ids import Ids
from .instance import Instance


class Database(ABC):
    """A database that holds a store. `location` names it in messages, without secrets."""

    location: str
    #: True if several daemons can use the database at the same time.
    shared = False
    #: The folder of the files, None for a server.
    folder: Path | None = None
    #: Called, in any thread, when the store's files were removed.
    lost: Callable[[StoreLost], None] | None = None

    def __init__(self) -> None:
        self._here = threading.local()

    @contextmanager
    def writing(self, name: str, *, synced: bool = True) -> Iterator[Connection]:
        """Open a transaction that writes: it commits at the end and rolls back on any exception.

        If `synced` is false, the commit does not wait for the disk: it survives the end of the process, but a failure
        of the machine may undo it, unless a later transaction was synced.
        `name` identifies the transaction in the crash tests: its fault points are `name.begin`, `name.commit` and
        `name.committed`. Raises Conflict (PostgreSQL: retry the transaction), Unavailable or Inconsistent.
        """
        if getattr(self._here, "writing", False):
            raise RuntimeError("transactions cannot be nested")
        self._here.writing = True
        try:
            reach(name, "begin")
            with convert_errors(self.location), self._write(synced) as connection:
                yield connection
                reach(name, "commit")
            reach(name, "committed")
        finally:
            self._here.writing = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read-only transaction with a consistent view of the store. Raises Unavailable or Inconsistent."""
        with convert_errors(self.location), self._read() as connection:
            yield connection

    @contextmanager
    def deciding(self) -> Iterator[Connection]:
        """Open a transaction that reads like a writing one and is always rolled back."""
        with convert_errors(self.location), self._decide() as connection:
            yield connection

    @abstractmethod
    def _write(self, synced: bool) -> Any: ...

    @abstractmethod
    def _read(self) -> Any: ...

    @abstractmethod
    def _decide(self) -> Any: ...

    @abstractmethod
    def ids(self, connection: Connection) -> Ids:
        """Return the source of ids for new rows in the connection's transaction."""

    @abstractmethod
    def instance(self, label: str) -> Instance:
        """Return a daemon instance that claims work in this database; `label` is its readable name."""

    @abstractmethod
    def writable(self) -> bool:
        """Return True if a transaction would probably succeed now. Fast; waits for no lock."""

    def check(self) -> None:
        """Raise StoreLost if the store's files were removed. Fast."""
        return

    @abstractmethod
    def flush_erased(self) -> None:
        """Remove erased text from files beside the store, as far as this is possible now."""

    @abstractmethod
    def size(self) -> int | None:
        """Return the size on disk in bytes; None for a database server."""

    @abstractmethod
    def close(self) -> None: ...
