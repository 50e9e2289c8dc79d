"""A store in a SQLite file: one writer, several readers, and a check that the open file is still in place."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.pool import QueuePool

from ..errors import StoreLost, Unavailable
from ..i18n import _
from .database import Database
from .errors import scrub_errors
from .ids import Counters, Ids
from .instance import Instance, SoleInstance

#: Free bytes below which `writable` reports the disk as full.
_MIN_FREE_BYTES = 4 * 1024 * 1024
#: Seconds to wait for readers when the write-ahead log is emptied after an erasure.
_CHECKPOINT_TIMEOUT = 2.0


def connect_sqlite(path: Path, busy: float, *, create: bool = False) -> sqlite3.Connection:
    """Open a connection that begins no transactions by itself. It creates the file only if `create` is true."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={'rwc' if create else 'rw'}",
        uri=True,
        timeout=busy,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=128,
    )
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _truncate_log(connection: sqlite3.Connection, within: float) -> bool:
    """Empty the write-ahead log, waiting at most `within` seconds for readers. Return True if it is empty now."""
    connection.execute(f"PRAGMA busy_timeout = {int(within * 1000)}")
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class SQLite(Database):
    """A SQLite file. A lock serializes the writers of this process; SQLite's own lock serializes processes."""

    def __init__(self, path: Path, busy: float) -> None:
        super().__init__()
        self.location = str(path)
        self._path = path
        self.folder = path.parent
        self._busy = busy
        self._turn = threading.Lock()
        self._opening = threading.RLock()
        self._open = 0
        self._log = path.with_name(path.name + "-wal")
        self._truncation_due = False
        self._log_file: tuple[int, int] | None = None
        self._file = _identity(path)
        if self._file is None:
            raise Unavailable(
                _("the store {path} does not exist", path=path),
                _("create it with deskctl db upgrade, or check [store] url"),
            )
        self._writer = self._engine("BEGIN IMMEDIATE", self._connect_writer, most=1)
        self._readers = self._engine("BEGIN", self._connect_reader, most=8)

    def _engine(self, begin: str, connect: Any, most: int) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=connect,
            poolclass=QueuePool,
            pool_size=min(most, 4),
            max_overflow=most - min(most, 4),
            hide_parameters=True,  # tracebacks must not contain texts of customers
        )

        @event.listens_for(engine, "close")
        def _closed(raw: Any, record: Any) -> None:
            with self._opening:
                self._open -= 1

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        scrub_errors(engine)
        return engine

    def _connect_writer(self) -> sqlite3.Connection:
        connection = self._opened()
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute("PRAGMA cache_size = -4000")
        connection.execute("PRAGMA secure_delete = FAST")  # overwrite deleted rows in pages that are written anyway
        if self._log.exists() and self._log.stat().st_size:
            with contextlib.suppress(sqlite3.Error):  # after a crash the log may still hold erased texts
                _truncate_log(connection, 0)
            connection.execute(f"PRAGMA busy_timeout = {int(self._busy * 1000)}")
        return connection

    def _connect_reader(self) -> sqlite3.Connection:
        connection = self._opened()
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _opened(self) -> sqlite3.Connection:
        """Open a connection, and record the identity of the write-ahead log, which is constant while the log is in
        use.

        A further connection must never create a new log while other connections write to a deleted one: that damages
        the store.
        """
        with self._opening:
            self._check_file()
            connection = connect_sqlite(self._path, self._busy)
            connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()  # opens the log
            if self._open == 0:
                self._log_file = _identity(self._log)
            self._open += 1
            return connection

    def _check_file(self) -> None:
        """Raise StoreLost if the file or its write-ahead log was removed or replaced.

        SQLite would continue to write to the deleted or moved file, and acknowledged mail would be lost.
        """
        hint = _("find out what removes files there, put the file back, then restart the daemon")
        if _identity(self._path) != self._file:
            self._lose(
                StoreLost(_("the store {where} was removed or replaced while it was open", where=self.location), hint)
            )
        if self._open and self._log_file is not None and (now := _identity(self._log)) != self._log_file:
            if now is None:
                message = _("the store's log {log} was removed while it was open", log=self._log)
            else:
                message = _("the store's log {log} was replaced while it was open", log=self._log)
            self._lose(StoreLost(message, hint, closable=now is None))

    def _lose(self, error: StoreLost) -> None:
        if self.lost is not None:
            self.lost(error)
        raise error

    def check(self) -> None:
        self._check_file()

    @contextmanager
    def _write(self, synced: bool) -> Iterator[Connection]:
        if not self._turn.acquire(timeout=self._busy):
            raise Unavailable(_("the store {where} is busy", where=self.location), _("try again in a moment"))
        try:
            self._check_file()
            with self._writer.connect() as connection:
                if self._truncation_due:
                    self._truncate_log_after_erasure(connection, 0)
                try:
                    with self._syncing(connection, synced), connection.begin():
                        yield connection
                    self._check_file()  # do not report a commit to a deleted file as successful
                except exc.OperationalError:
                    connection.invalidate()  # after a disk error only a new connection is reliable
                    raise
        finally:
            self._turn.release()

    @contextmanager
    def _syncing(self, connection: Connection, synced: bool) -> Iterator[None]:
        """Let commits return before the log is on disk, unless `synced`. The setting belongs to the connection."""
        if synced:
            yield
            return
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            raw.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        self._check_file()
        with self._readers.connect() as connection, connection.begin():
            yield connection

    def _decide(self) -> Any:
        return self._read()

    def flush_erased(self) -> None:
        """Write the log into the store and empty it.

        Active readers can prevent this. Then the next transactions try again, and so does the next process that opens
        the store.
        """
        with self._turn, self._writer.connect() as connection:
            self._truncate_log_after_erasure(connection, _CHECKPOINT_TIMEOUT)

    def _truncate_log_after_erasure(self, connection: Connection, within: float) -> None:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        try:
            self._truncation_due = not _truncate_log(raw, within)
        except sqlite3.Error:
            self._truncation_due = True  # the erasure itself is committed
        finally:
            raw.execute(f"PRAGMA busy_timeout = {int(self._busy * 1000)}")

    def ids(self, connection: Connection) -> Ids:
        return Counters(connection)

    def instance(self, label: str) -> Instance:
        return SoleInstance(label)

    def writable(self) -> bool:
        if _identity(self._path) != self._file or not os.access(self._path, os.W_OK) or self._free() < _MIN_FREE_BYTES:
            return False
        if not self._turn.acquire(blocking=False):
            return True  # this process is writing now
        try:
            with self._writer.connect() as connection:
                self._check_file()
                raw = connection.connection.driver_connection
                assert isinstance(raw, sqlite3.Connection)
                raw.execute("PRAGMA busy_timeout = 0")
                try:
                    raw.execute("BEGIN IMMEDIATE")
                    raw.execute("ROLLBACK")
                finally:
                    raw.execute(f"PRAGMA busy_timeout = {int(self._busy * 1000)}")
            return True
        except (sqlite3.Error, exc.SQLAlchemyError, StoreLost):
            return False
        finally:
            self._turn.release()

    def _free(self) -> int:
        disk = os.statvfs(self._path.parent)
        return disk.f_bavail * disk.f_frsize

    def size(self) -> int | None:
        files = (self._path, self._log)
        return sum(f.stat().st_size for f in files if f.exists())

    def close(self) -> None:
        self._copy_log()
        self._readers.dispose()
        self._writer.dispose()

    def _copy_log(self) -> None:
        """Copy the write-ahead log into the file if the log was deleted: then it ends with the process.

        SQLite does that when the last connection is closed, but a thread may still use one.
        """
        if not self._open or self._log.exists() or _identity(self._path) != self._file:
            return
        if not self._turn.acquire(timeout=self._busy):
            return
        try:
            with self._writer.connect() as connection:
                raw = connection.connection.driver_connection
                assert isinstance(raw, sqlite3.Connection)
                raw.execute(f"PRAGMA busy_timeout = {int(_CHECKPOINT_TIMEOUT * 1000)}")
                raw.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
        except (sqlite3.Error, exc.SQLAlchemyError, StoreLost):
            return  # closing the last connection may still copy it
        finally:
            self._turn.release()
