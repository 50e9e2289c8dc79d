"""Identify the daemon that claims work, and detect which other daemons are alive.

On PostgreSQL, an instance is a random number with an advisory lock on it, held by a dedicated connection. When the
process or its connection ends, the lock is released, and other daemons take over its claims. Host names and process
ids do not identify a daemon: containers share them.
"""

from __future__ import annotations

import secrets
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import Connection, Engine, exc, func, select

from .errors import convert_errors

_MARK = "#"


class Instance(ABC):
    """A daemon, as the store identifies it."""

    @abstractmethod
    def name(self) -> str:
        """Return the name under which this daemon claims work; it is currently valid. Raises Unavailable."""

    @abstractmethod
    def known_name(self) -> str:
        """Return the last name of this daemon without checking that it is still valid; "" if there is none yet."""

    @property
    def former_names(self) -> frozenset[str]:
        """Return the names that this process had before it lost its connection."""
        return frozenset()

    def ended_names(self, connection: Connection, names: Iterable[str]) -> set[str]:
        """Return the names whose daemon has ended, inside the transaction of `connection`."""
        return set()

    def close(self) -> None:
        """Release the name."""
        return


class SoleInstance(Instance):
    """The only daemon of a store in a file; the desk's lock excludes others."""

    def __init__(self, label: str) -> None:
        self._label = label

    def name(self) -> str:
        return self._label

    def known_name(self) -> str:
        return self._label


class LockedInstance(Instance):
    """One of several daemons on a server. `engine` opens each connection anew, in autocommit mode."""

    def __init__(self, engine: Engine, label: str, location: str) -> None:
        self._engine = engine
        self._label = label
        self._location = location
        self._turn = threading.Lock()
        self._connection: Connection | None = None
        self._name = ""
        self._former: frozenset[str] = frozenset()

    def name(self) -> str:
        """Return the name whose lock is held now; a new name if the connection that held the last one was lost."""
        with self._turn:
            if self._connection is not None:
                try:
                    self._connection.exec_driver_sql("SELECT 1")
                except exc.SQLAlchemyError:
                    self._lose()
                else:
                    return self._name
            with convert_errors(self._location):
                self._connection, self._name = self._acquire()
            return self._name

    def known_name(self) -> str:
        return self._name

    @property
    def former_names(self) -> frozenset[str]:
        return self._former

    def ended_names(self, connection: Connection, names: Iterable[str]) -> set[str]:
        ended = set()
        for name in names:
            key = _key(name)
            # A name without a number comes from an older version, which cannot run on this schema. The lock taken here
            # ends with this transaction; its holder has ended, so no one else needs it.
            if key is None or connection.execute(select(func.pg_try_advisory_xact_lock(key))).scalar_one():
                ended.add(name)
        return ended

    def close(self) -> None:
        with self._turn:
            if self._connection is not None:
                self._lose()
            self._engine.dispose()

    def _acquire(self) -> tuple[Connection, str]:
        connection = self._engine.connect()
        try:
            while True:
                key = secrets.randbits(62)
                if connection.execute(select(func.pg_try_advisory_lock(key))).scalar_one():
                    return connection, f"{self._label}{_MARK}{key:016x}"
        except BaseException:
            connection.close()
            raise

    def _lose(self) -> None:
        connection, self._connection = self._connection, None
        self._former |= {self._name}
        if connection is not None:
            with suppress(exc.SQLAlchemyError):
                connection.invalidate()
            with suppress(exc.SQLAlchemyError):
                connection.close()


def _key(name: str) -> int | None:
    """Return the number in the name of an instance; None for a name of another form."""
    _, mark, digits = name.rpartition(_MARK)
    try:
        return int(digits, 16) if mark and len(digits) == 16 else None
    except ValueError:
        return None
