"""Instances: the name under which a daemon claims work, and which other daemons are alive.

On PostgreSQL an instance is a random number, and an advisory lock on it that a dedicated connection holds. When the
process or its connection is gone, so is the lock, and others take its claims over. Host names and process ids prove
nothing: containers share them.
"""

from __future__ import annotations

import secrets
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import Connection, Engine, exc, select
from sqlalchemy import func as sql

from .errors import translated

_MARK = "#"


class Instance(ABC):
    """A daemon as the store knows it."""

    @abstractmethod
    def name(self) -> str:
        """Return the name under which this daemon claims; a living one. Raises Unavailable."""

    @abstractmethod
    def known(self) -> str:
        """Return the last name of this daemon without asking whether it still holds; "" before the first."""

    @property
    def former(self) -> frozenset[str]:
        """Names that this process had before it lost its connection."""
        return frozenset()

    def dead(self, connection: Connection, names: Iterable[str]) -> set[str]:
        """Return those of the names whose daemon is gone, inside the transaction of `connection`."""
        return set()

    def close(self) -> None:
        """Give the name up."""
        return


class SoleInstance(Instance):
    """The only daemon of a store in a file; the desk's lock makes sure of that."""

    def __init__(self, label: str) -> None:
        self._label = label

    def name(self) -> str:
        return self._label

    def known(self) -> str:
        return self._label


class LockedInstance(Instance):
    """One of several daemons on a server. `engine` opens connections in autocommit mode, one each time."""

    def __init__(self, engine: Engine, label: str, where: str) -> None:
        self._engine = engine
        self._label = label
        self._where = where
        self._turn = threading.Lock()
        self._connection: Connection | None = None
        self._name = ""
        self._former: frozenset[str] = frozenset()

    def name(self) -> str:
        """Return the name whose lock is held now; a new one when the connection that held the last one is gone."""
        with self._turn:
            if self._connection is not None:
                try:
                    self._connection.exec_driver_sql("SELECT 1")
                except exc.SQLAlchemyError:
                    self._lose()
                else:
                    return self._name
            with translated(self._where):
                self._connection, self._name = self._taken()
            return self._name

    def known(self) -> str:
        return self._name

    @property
    def former(self) -> frozenset[str]:
        return self._former

    def dead(self, connection: Connection, names: Iterable[str]) -> set[str]:
        gone = set()
        for name in names:
            key = _key(name)
            # A name without a number is of an older version, which cannot run on this schema. The lock goes with this
            # transaction; its holder is gone, so nobody else wants it.
            if key is None or connection.execute(select(sql.pg_try_advisory_xact_lock(key))).scalar_one():
                gone.add(name)
        return gone

    def close(self) -> None:
        with self._turn:
            if self._connection is not None:
                self._lose()
            self._engine.dispose()

    def _taken(self) -> tuple[Connection, str]:
        connection = self._engine.connect()
        try:
            while True:
                key = secrets.randbits(62)
                if connection.execute(select(sql.pg_try_advisory_lock(key))).scalar_one():
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
    """The number in an instance's name; None for a name of another form."""
    _, mark, digits = name.rpartition(_MARK)
    try:
        return int(digits, 16) if mark and len(digits) == 16 else None
    except ValueError:
        return None
