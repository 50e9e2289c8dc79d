"""A desk for measurements: created with `deskctl init`, run by the daemon, and observed from outside."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from bench.real.measure import WORK, until

DESKCTL = Path(sys.executable).with_name("deskctl")
ADDRESS = "support@desk.example"
#: Seconds between two measurements of memory. Each stops the daemon for about a millisecond.
_MEMORY_EVERY = 0.1


class BenchDesk:
    """A desk in `.bench/NAME`, created anew unless `keep`. The daemon runs between `start` and `stop`.

    `url` is the store, if it is a PostgreSQL database, and `program` the command that runs the daemon.
    """

    def __init__(
        self,
        name: str,
        channel: str = "",
        *,
        keep: bool = False,
        url: str = "",
        program: Sequence[str | Path] = (DESKCTL,),
    ) -> None:
        self.folder = WORK / name
        self.config = self.folder / "config.toml"
        self.store = self.folder / "desk.db"
        self.ready_after = 0.0
        self._url = url
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        if not self.config.exists():
            WORK.mkdir(exist_ok=True)
            words = ["init", "--dir", str(self.folder), "--name", "Bench", "--timezone", "UTC", "--address", ADDRESS]
            self.run(*words, *(["--store", url] if url else []), "--yes")
            self.config.write_text(self._configured(channel))

    def _configured(self, channel: str) -> str:
        """Replace the channel tables in the configuration of `init`."""
        head = self.config.read_text().partition("[channels.")[0]
        return f'{head}[channels.support]\ntype = "email"\naddress = "{ADDRESS}"\nteam = "support"\n{channel}'

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, "DESKCTL_CONFIG": str(self.config)}

    def run(self, *words: str, text: bytes = b"") -> bytes:
        """Run a command of the installed deskctl and return its output."""
        done = subprocess.run([DESKCTL, *words], env=self.environ, input=text, capture_output=True, timeout=120)
        if done.returncode:
            raise RuntimeError(f"deskctl {' '.join(words)}: {done.returncode}: {done.stderr.decode()}")
        return done.stdout

    def start(self) -> None:
        """Start the daemon and wait until it is ready."""
        output = self.folder / "daemon.log"
        with output.open("wb") as log:
            command = [*self._program, "daemon", "run"]
            self._process = subprocess.Popen(
                command, env=self.environ, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self.ready_after = until(lambda: self._ready(output.read_text()), 30, "the daemon is ready")

    def _ready(self, said: str) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"the daemon ended: {said[-2000:]}")
        return "is ready" in said

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
            self._process = None

    def __enter__(self) -> BenchDesk:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def add_agents(self) -> None:
        """Add two agents to the team, who are notified of new tickets."""
        for handle in ("ana", "ben"):
            self.run(
                "agent", "add", handle, "--name", handle, "--email", f"{handle}@staff.example", "--team", "support"
            )

    # --- observation from outside

    def wait_processed(self, mails: int, *, jobs: bool = False, pause: float = 0.02) -> float:
        """Wait until this many messages are stored and no journal row waits; with `jobs`, also until no job is left.

        Returns the highest memory of the daemon and its processes meanwhile, in megabytes.
        """
        waiting = "(SELECT count(*) FROM journal WHERE state = 'waiting')"
        waiting += " + (SELECT count(*) FROM jobs)" if jobs else ""
        stored = f"(SELECT count(*) FROM messages WHERE kind = 'in') >= {mails}"
        peak, measured = 0.0, 0.0

        def done() -> bool:
            nonlocal peak, measured
            if time.monotonic() - measured > _MEMORY_EVERY:
                peak, measured = max(peak, self.shared_memory()), time.monotonic()
            return bool(self.count(f"CASE WHEN {stored} AND {waiting} = 0 THEN 1 ELSE 0 END"))

        until(done, 180, "every mail is processed", pause)
        return max(peak, self.shared_memory())

    def count(self, what: str) -> int:
        """Return the result of `SELECT what` from a separate read-only connection."""
        if self._url:
            return self._count_on_server(what)
        connection = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=30)
        try:
            return int(connection.execute(f"SELECT {what}").fetchone()[0])
        finally:
            connection.close()

    def _count_on_server(self, what: str) -> int:
        import psycopg

        with psycopg.connect(self._url, autocommit=True) as connection:
            row = connection.execute(f"SELECT {what}".encode()).fetchone()
        assert row is not None
        return int(row[0])

    def memory(self, line: str = "VmRSS") -> float:
        """Return the memory of the daemon in megabytes: VmRSS is the current value, VmHWM the maximum."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(row.split()[1]) / 1024 for row in status.splitlines() if row.startswith(line))

    def shared_memory(self) -> float:
        """Return the memory of the daemon and its child processes (PSS: shared pages in equal parts) in megabytes."""
        return sum(_pss(pid) for pid in self.processes())

    def processes(self) -> list[int]:
        """Return the process ids of the daemon and its child processes."""
        assert self._process is not None
        found = [self._process.pid]
        with contextlib.suppress(OSError):
            for children in Path(f"/proc/{self._process.pid}/task").glob("*/children"):
                found += map(int, children.read_text().split())
        return found

    def processor(self) -> tuple[float, int]:
        """Return the processor time of the daemon in seconds, and the number of its wakeups."""
        assert self._process is not None
        proc = Path(f"/proc/{self._process.pid}")
        ticks = (proc / "stat").read_text().rpartition(")")[2].split()
        wakes = 0
        for status in proc.glob("task/*/status"):
            rows = status.read_text().splitlines()
            wakes += sum(int(row.split()[1]) for row in rows if row.startswith("voluntary_ctxt_switches"))
        return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK"), wakes


def _pss(pid: int) -> float:
    """Return the proportional memory of a process in megabytes, 0 if it has ended."""
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(row.split()[1]) / 1024 for row in rows if row.startswith("Pss:")), 0.0)
