"""A database that holds a store, whatever its kind: transactions that write, read or only try."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from ..errors import StoreLost
from ..faultpoints import reach
from .errors import translated
from .ids import Ids
from .instance import Instance


class Database(ABC):
    """Where the store lives. `where` names it for people, without secrets."""

    where: str
    #: Whether several owners may be at work in it at once.
    shared = False
    #: Hears, in any thread, that the store's files were taken away.
    lost: Callable[[StoreLost], None] | None = None

    def __init__(self) -> None:
        self._here = threading.local()

    @contextmanager
    def writing(self, name: str) -> Iterator[Connection]:
        """A transaction that writes; commits at the end, rolls back on any exception.

        `name` is what the crash tests know it by: its fault points are `name.begin`, `name.commit` and
        `name.committed`. Raises Conflict (PostgreSQL: do it again), Unavailable or Inconsistent.
        """
        if getattr(self._here, "writing", False):
            raise RuntimeError("a transaction inside a transaction")
        self._here.writing = True
        try:
            reach(name, "begin")
            with translated(self.where), self._write() as connection:
                yield connection
                reach(name, "commit")
            reach(name, "committed")
        finally:
            self._here.writing = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the store and writes nothing. Raises Unavailable or Inconsistent."""
        with translated(self.where), self._read() as connection:
            yield connection

    @contextmanager
    def deciding(self) -> Iterator[Connection]:
        """A transaction that may look as one that writes does, and is always rolled back."""
        with translated(self.where), self._decide() as connection:
            yield connection

    @abstractmethod
    def _write(self) -> Any: ...

    @abstractmethod
    def _read(self) -> Any: ...

    @abstractmethod
    def _decide(self) -> Any: ...

    @abstractmethod
    def ids(self, connection: Connection) -> Ids:
        """The numbers for new rows of the transaction that `connection` is in."""

    @abstractmethod
    def instance(self, label: str) -> Instance:
        """A daemon that claims work here; `label` names it for people."""

    @abstractmethod
    def writable(self) -> bool:
        """Whether a transaction would probably succeed now; costs little and waits for nobody."""

    def check(self) -> None:
        """Raise StoreLost when the store's files were taken away. Costs little."""
        return

    @abstractmethod
    def forget(self) -> None:
        """Remove words that a transaction erased from files beside the store, as far as that can be done now."""

    @abstractmethod
    def size(self) -> int | None:
        """Bytes on disk; None where a server keeps them."""

    @abstractmethod
    def close(self) -> None: ...
