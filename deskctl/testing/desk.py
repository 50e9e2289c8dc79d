"""A complete desk in a temporary folder: the real command, the real daemon, and a SQLite store."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from ..core.kernel.query import Query
from ..desk.remote import RemoteDesk
from ..plugins.queries import ListTickets, ShowTicket

CONFIG = """\
[desk]
name = "Test desk"
undo_window = "0s"

[plugins]
dir = "plugins"
"""


class TemporaryDesk:
    """A desk for tests. Call `configure`, then `run` for a command, or use `daemon()` to run the daemon.

    The first command creates the store. Each command is a separate process, as in a shell.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("DESKCTL_")} | {
            "NO_COLOR": "1",
            "XDG_STATE_HOME": str(folder / "state"),  # drafts stay with the desk
        }
        self._ready = False
        self._daemon: subprocess.Popen[bytes] | None = None
        (folder / "plugins").mkdir(mode=0o700, parents=True)
        self.config.write_text(CONFIG, encoding="utf-8")

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def log(self) -> str:
        """Return the output of the daemon."""
        file = self.folder / "daemon.log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def configure(self, toml: str) -> None:
        """Add tables to the configuration, for example of channels and plugins."""
        with self.config.open("a", encoding="utf-8") as file:
            file.write(f"\n{toml}\n")

    def load(self, name: str, package: str) -> None:
        """Load plugin `name` from an importable package, unless it is installed."""
        if name in entry_points(group="deskctl").names:
            return
        paths = [path for path in sys.path if path]
        self.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
        hooks = "{name: value for name, value in vars(package).items() if name.startswith('deskctl_')}"
        source = f"import {package} as package\n\nglobals().update({hooks})\n"
        (self.folder / "plugins" / f"{name}.py").write_text(source, encoding="utf-8")

    def run(self, *words: str, stdin: bytes = b"", code: int = 0) -> str:
        """Run `deskctl WORDS…` and return its output. Raises AssertionError if it exits with another code."""
        self._prepare()
        done = self._execute(words, stdin)
        output = done.stdout.decode("utf-8", "replace")
        assert done.returncode == code, (
            f"deskctl {' '.join(words)}: exit {done.returncode}\n{output}{done.stderr.decode()}"
        )
        return output

    def json(self, *words: str) -> list[Any]:
        """Run `deskctl WORDS… --json` and return the documents that it prints, one per line."""
        return [json.loads(line) for line in self.run(*words, "--json").splitlines()]

    def ticket(self, number: int) -> dict[str, Any]:
        """Return a ticket in the form of `deskctl show N --json`. Raises NotFound."""
        document: dict[str, Any] = self._ask(ShowTicket(number))
        return document

    def tickets(self) -> list[dict[str, Any]]:
        """Return all tickets in the form of `deskctl list --all --json`, the last changed first."""
        rows: list[dict[str, Any]] = self._ask(ListTickets(all=True))
        return rows

    @contextlib.contextmanager
    def daemon(self) -> Iterator[None]:
        """Run the daemon. At the end stop it, and fail if that takes more than 30 seconds."""
        self._prepare()
        with (self.folder / "daemon.log").open("ab") as log:
            self._daemon = self._start(("daemon", "run"), log)
        try:
            self.wait_until(lambda: "is ready" in self.log, "the daemon is ready")
            yield
        finally:
            self._stop()

    def wait_until(self, condition: Callable[[], object], what: str, seconds: float = 30) -> None:
        """Wait until `condition` is true. Raises AssertionError with `what` and the log if it does not become true."""
        deadline = time.monotonic() + seconds
        while not condition():
            ended = self._daemon is not None and self._daemon.poll() is not None
            if ended or time.monotonic() > deadline:
                raise AssertionError(
                    f"{'the daemon ended' if ended else f'not within {seconds:g} s'}: {what}\n{self.log}"
                )
            time.sleep(0.02)

    def _execute(self, words: Sequence[str], stdin: bytes) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            self._command(*words),
            cwd=self.folder,
            env=self.environ,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )

    def _start(self, words: Sequence[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command(*words), cwd=self.folder, env=self.environ, stdout=log, stderr=log)

    def _ask(self, query: Query) -> Any:
        """Answer a query through the running daemon, which is faster, or else with a command."""
        remote = RemoteDesk.connect(self.folder / "desk.sock") if self._daemon is not None else None
        if remote is None:
            words = ("show", str(query.number)) if isinstance(query, ShowTicket) else ("list", "--all")
            found = self.json(*words)
            return found[0] if isinstance(query, ShowTicket) else found
        try:
            return remote.ask(query)
        finally:
            remote.close()

    def _prepare(self) -> None:
        """Create the store and an agent, because replies need an agent."""
        if not self._ready:
            self._ready = True
            self.run("db", "upgrade")
            self.run("agent", "add", "agent1", "--name", "Agent One", "--email", "agent1@desk.test")

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "deskctl.cli.main", "--config", str(self.config), *words]

    def _stop(self) -> None:
        process, self._daemon = self._daemon, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"the daemon did not stop within 30 s\n{self.log}") from None
        assert code == 0, f"the daemon ended with {code}\n{self.log}"

    def __enter__(self) -> TemporaryDesk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
