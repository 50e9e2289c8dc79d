"""A real PostgreSQL server for the tests: a cluster in a temporary folder, accessible over a Unix socket only."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers import memory
from tests.servers.process import Account, ServerProcess, missing, remove
from tests.servers.waiting import wait_until

if TYPE_CHECKING:
    import psycopg

_OWNER = "deskctl"
_FAST = (
    *("fsync=off", "full_page_writes=off", "synchronous_commit=off", "wal_level=minimal", "max_wal_senders=0"),
    *("checkpoint_timeout=1h", "max_wal_size=256MB", "autovacuum=off", "jit=off"),
)


class PostgresServer:
    """A running server. `database()` creates a database and returns its URL. No password is needed."""

    def __init__(self, binaries: Path, *, durable: bool = False) -> None:
        self._account = Account.ordinary("postgres")
        self._folder = self._account.folder("desk-pg-")
        self._data = self._folder / "data"
        self._remover: subprocess.Popen[bytes] | None = None
        if not durable and memory.has_room():
            self._data = self._account.folder("desk-pg-", memory.FOLDER) / "data"
            self._remover = _removes_after_this_process(self._data.parent)
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self._command = [str(binaries / "postgres"), "-D", str(self._data), "-k", str(self._folder)]
        for setting in ("listen_addresses=", "max_connections=200", *(() if durable else _FAST)):
            self._command += ["-c", setting]
        self._initialise(binaries)
        self._process = self._start()

    def _initialise(self, binaries: Path) -> None:
        command = [str(binaries / "initdb"), "-D", str(self._data), "-U", _OWNER, "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        done = subprocess.run(  # type: ignore[call-overload]
            command, capture_output=True, text=True, cwd=self._folder, timeout=60, **self._account.spawning()
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr}")

    def _start(self) -> ServerProcess:
        # SIGINT is PostgreSQL's "fast" shutdown: it does not wait for connected clients.
        process = ServerProcess(self._command, self._account, self._folder / "log", signal.SIGINT)
        wait_until(lambda: self._ready(process), 30, "PostgreSQL accepts connections")
        return process

    def _ready(self, process: ServerProcess) -> bool:
        if not process.alive():
            raise RuntimeError(f"PostgreSQL ended at its start: {process.last_output()}")
        import psycopg

        try:
            self._connect()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """Return the connection that creates and removes databases, opened again after a restart of the server."""
        import psycopg

        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self.url("postgres"), autocommit=True)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def url(self, database: str) -> str:
        return f"postgresql://{_OWNER}@/{database}?host={self._folder}"

    def database(self, template: str = "template0") -> str:
        """Return the URL of a new database, a copy of `template`."""
        name = f"desk_{os.getpid()}_{next(self._numbers)}"
        how = self._copying()
        self._connect().execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{how}'.encode())
        return self.url(name)

    def _copying(self) -> str:
        """Copy files: it takes half the time of the other way, which writes every page to the write-ahead log."""
        return " STRATEGY FILE_COPY" if self._connect().info.server_version >= 150000 else ""  # before: the only way

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """Return the name of a database to copy with `database(template=…)`. `fill(url)` fills it once in a session."""
        if name not in self._templates:
            url = self.database()
            fill(url)
            self._templates[name] = self._name(url)
        return self._templates[name]

    def drop(self, url: str) -> None:
        """Remove a database and disconnect its clients."""
        self._connect().execute(f'DROP DATABASE IF EXISTS "{self._name(url)}" WITH (FORCE)'.encode())

    @staticmethod
    def _name(url: str) -> str:
        return url.partition("@/")[2].partition("?")[0]

    def restart(self) -> None:
        """Restart the server. All connections are closed."""
        self.stop()
        self.start()

    def stop(self) -> None:
        self._disconnect()
        self._process.stop()

    def start(self) -> None:
        self._process = self._start()

    def close(self) -> None:
        self.stop()
        if self._remover is not None:
            self._remover.communicate()
        remove(self._folder)


def open_postgres(*, durable: bool = False) -> PostgresServer:
    """Start a server, or skip the test with a hint to install one."""
    binaries = _binaries()
    if binaries is None:
        missing("PostgreSQL", "apt-get install postgresql")
        raise AssertionError("unreachable")
    return PostgresServer(binaries, durable=durable)


def _removes_after_this_process(folder: Path) -> subprocess.Popen[bytes]:
    """Start a process that removes the folder when its input ends: memory stays used even if the test run is killed."""
    line = ["sh", "-c", 'cat; rm -rf "$0"', str(folder)]
    return subprocess.Popen(line, stdin=subprocess.PIPE, start_new_session=True)


def _binaries() -> Path | None:
    """Return the folder of initdb and postgres. On Debian it depends on the version and is not in PATH."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    if program := shutil.which("pg_config"):
        said = subprocess.run([program, "--bindir"], capture_output=True, text=True, check=False, timeout=20).stdout
        candidates.insert(0, Path(said.strip()))
    if program := shutil.which("initdb"):
        candidates.append(Path(program).parent)
    return next((path for path in candidates if (path / "initdb").exists() and (path / "postgres").exists()), None)
