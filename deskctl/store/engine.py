"""Connections: one writer and several readers on SQLite, a pool on PostgreSQL.

Everything that differs between opening a file and opening a server is here; the rest of the package asks for
`writing(…)` or `reading()` and gets a connection inside a transaction.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from ..errors import ConfigError, Unavailable
from ..faultpoints import reach
from .faults import translated
from .ids import Counters, Ids, Sequences

#: A disk with less than this (bytes) counts as full when someone asks whether the desk can take mail.
_FORGETS_WITHIN = 2.0  # seconds to wait for readers, once words were erased
_LEAST_FREE = 4 * 1024 * 1024


class Database(ABC):
    """Where the store lives. `where` names it for people, without secrets."""

    where: str
    #: Whether several owners may be at work in it at once.
    shared = False

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
    def writable(self) -> bool:
        """Whether a transaction would probably succeed now; costs little and waits for nobody."""

    @abstractmethod
    def forget(self) -> None:
        """Remove words that a transaction erased from files beside the store, as far as that can be done now."""

    @abstractmethod
    def size(self) -> int | None:
        """Bytes on disk; None where a server keeps them."""

    @abstractmethod
    def close(self) -> None: ...


def database(url: str, *, busy: float) -> Database:
    """The database that `url` names: `sqlite:///PATH` or `postgresql://…`. Raises ConfigError.

    `busy`: seconds to wait for a lock that another process holds.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SQLite(sqlite_path(parsed), busy)
    return PostgreSQL(parsed, busy)


def parse_url(url: str) -> URL:
    """Raises ConfigError; never shows a password."""
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    except (exc.ArgumentError, ValueError):
        raise ConfigError("[store] url cannot be read", "write sqlite:///desk.db or postgresql://…") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise ConfigError(f"[store] url: {backend} cannot hold a desk", "write sqlite:///desk.db or postgresql://…")


def sqlite_path(url: URL) -> Path:
    assert url.database is not None
    return Path(url.database).absolute()


def connect_sqlite(path: Path, busy: float, *, create: bool = False) -> sqlite3.Connection:
    """A connection without transactions of its own making; never makes a file unless told to."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={'rwc' if create else 'rw'}",
        uri=True,
        timeout=busy,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _truncate_log(connection: sqlite3.Connection, within: float) -> bool:
    """Empty the write-ahead log, waiting `within` seconds for readers; return True if it is empty now."""
    connection.execute(f"PRAGMA busy_timeout = {int(within * 1000)}")
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


class SQLite(Database):
    """One file. Writers of this process stand in line at a lock; other processes at SQLite's own."""

    def __init__(self, path: Path, busy: float) -> None:
        super().__init__()
        self.where = str(path)
        self._path = path
        self._busy = busy
        self._turn = threading.Lock()
        self._log = path.with_name(path.name + "-wal")
        self._to_forget = False
        self._file = self._identity()
        if self._file is None:
            raise Unavailable(f"the store {path} does not exist", "deskctl db upgrade makes it; or check [store] url")
        self._writer = self._engine("BEGIN IMMEDIATE", self._connect_writer, most=1)
        self._readers = self._engine("BEGIN", self._connect_reader, most=8)

    def _engine(self, begin: str, connect: Any, most: int) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=connect,
            poolclass=QueuePool,
            pool_size=min(most, 4),
            max_overflow=most - min(most, 4),
            hide_parameters=True,  # what customers write belongs in no traceback
        )

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine

    def _connect_writer(self) -> sqlite3.Connection:
        connection = connect_sqlite(self._path, self._busy)
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute("PRAGMA cache_size = -8000")
        connection.execute("PRAGMA secure_delete = FAST")  # no remains of rows in pages that are written anyway
        if self._log.exists() and self._log.stat().st_size:
            with contextlib.suppress(sqlite3.Error):  # a process died: what it erased last may still be in its log
                _truncate_log(connection, 0)
            connection.execute(f"PRAGMA busy_timeout = {int(self._busy * 1000)}")
        return connection

    def _connect_reader(self) -> sqlite3.Connection:
        connection = connect_sqlite(self._path, self._busy)
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _check_file(self) -> None:
        # SQLite would go on writing into a file that was deleted or moved away: mail acknowledged, and gone.
        if self._identity() != self._file:
            raise Unavailable(f"the store {self.where} was removed or replaced", "put it back, then restart the daemon")

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        if not self._turn.acquire(timeout=self._busy):
            raise Unavailable(f"the store {self.where} is busy", "try again in a moment")
        try:
            self._check_file()
            with self._writer.connect() as connection:
                if self._to_forget:
                    self._forget(connection, 0)
                try:
                    with connection.begin():
                        yield connection
                except exc.OperationalError:
                    connection.invalidate()  # after a fault of the disk only a fresh connection can be trusted
                    raise
        finally:
            self._turn.release()

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        self._check_file()
        with self._readers.connect() as connection, connection.begin():
            yield connection

    def _decide(self) -> Any:
        return self._read()

    def forget(self) -> None:
        """Move the log into the store and empty it. Readers that are at work hold it up: then the next transactions
        try again, and so does whoever opens the store next."""
        with self._turn, self._writer.connect() as connection:
            self._forget(connection, _FORGETS_WITHIN)

    def _forget(self, connection: Connection, within: float) -> None:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        try:
            self._to_forget = not _truncate_log(raw, within)
        except sqlite3.Error:
            self._to_forget = True  # the erasing itself is committed
        finally:
            raw.execute(f"PRAGMA busy_timeout = {int(self._busy * 1000)}")

    def ids(self, connection: Connection) -> Ids:
        return Counters(connection)

    def writable(self) -> bool:
        if self._identity() != self._file or not os.access(self._path, os.W_OK) or self._free() < _LEAST_FREE:
            return False
        if not self._turn.acquire(blocking=False):
            return True  # we are writing at this moment
        try:
            with self._writer.connect() as connection:
                raw = connection.connection.driver_connection
                assert isinstance(raw, sqlite3.Connection)
                raw.execute("PRAGMA busy_timeout = 0")
                try:
                    raw.execute("BEGIN IMMEDIATE")
                    raw.execute("ROLLBACK")
                finally:
                    raw.execute(f"PRAGMA busy_timeout = {int(self._busy * 1000)}")
            return True
        except (sqlite3.Error, exc.SQLAlchemyError):
            return False
        finally:
            self._turn.release()

    def _free(self) -> int:
        disk = os.statvfs(self._path.parent)
        return disk.f_bavail * disk.f_frsize

    def size(self) -> int | None:
        files = (self._path, self._path.with_name(self._path.name + "-wal"))
        return sum(f.stat().st_size for f in files if f.exists())

    def close(self) -> None:
        self._readers.dispose()
        self._writer.dispose()


class PostgreSQL(Database):
    """A server. Writers lock the rows they look at; the rest is settled by unique constraints and doing it again."""

    shared = True

    def __init__(self, url: URL, busy: float) -> None:
        super().__init__()
        self.where = url.set(drivername="postgresql").render_as_string()
        self._spare_numbers: deque[int] = deque()
        milliseconds = int(busy * 1000)
        try:
            engine = create_engine(
                url,
                pool_size=4,
                max_overflow=8,
                pool_timeout=busy,
                pool_pre_ping=True,
                hide_parameters=True,
                isolation_level="READ COMMITTED",
                connect_args={
                    "connect_timeout": 10,
                    "application_name": "deskctl",
                    "options": f"-c lock_timeout={milliseconds} -c idle_in_transaction_session_timeout={milliseconds}",
                },
            )
        except ModuleNotFoundError:
            raise ConfigError("PostgreSQL needs psycopg", "pip install 'deskctl[postgresql]'") from None
        self._writer = engine
        self._readers = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._readers.begin() as connection:
            yield connection

    @contextmanager
    def _decide(self) -> Iterator[Connection]:
        with self._writer.connect() as connection:
            yield connection  # closing without a commit rolls back

    def ids(self, connection: Connection) -> Ids:
        return Sequences(connection, self._spare_numbers)

    def writable(self) -> bool:
        try:
            with self._writer.connect() as connection:
                return not connection.exec_driver_sql(
                    "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool"
                ).scalar_one()
        except exc.SQLAlchemyError:
            return False

    def forget(self) -> None:
        """Nothing lies beside a server's tables; dead rows go with VACUUM."""

    def size(self) -> int | None:
        return None

    def close(self) -> None:
        self._writer.dispose()
