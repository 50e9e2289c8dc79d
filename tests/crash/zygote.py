"""Starts daemons as forks of a process that has imported everything: hundreds of starts without the wait for imports.

python -m tests.crash.zygote. A request is a JSON line on standard input with the words of the command, the environment
and the file for its output; the answer is the pid. The daemon is a real process of its own in every other respect.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

LOADED = (
    "deskctl.daemon.run",
    "deskctl.cli.commands.daemon",
    "deskctl.store",
    "deskctl_email.channel",
    "deskctl_email.compose",
    "deskctl_email.imap",
    "deskctl_email.listener",
    "deskctl_email.parse",
    "deskctl_email.smtp",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "cattrs",
    "tomli",
    "zoneinfo",
)


def serve() -> None:
    for module in LOADED:
        importlib.import_module(module)
    from deskctl.cli import main

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _command(json.loads(line), main.main)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _command(request: dict[str, Any], main: Any) -> NoReturn:
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.clear()
        os.environ.update(request["env"])
        output = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, stream in enumerate((nothing, output, output)):
            os.dup2(stream, number)
        sys.stdin = Path(os.devnull).open()  # noqa: SIM115 - it lives as long as the process
        from deskctl import faultpoints

        faultpoints._FAULTS = faultpoints._armed()  # read when a process starts, and this one starts here
        sys.argv = ["deskctl", *request["words"]]
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - the log of the daemon says it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class Process:
    """A command that runs. It is told apart from others by a descriptor, so its pid cannot be somebody else's later."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
        self._log = log
        self._gone = False

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def alive(self) -> bool:
        self._gone = self._gone or self._state() in ("", "Z", "X")
        return not self._gone

    def stopped(self) -> bool:
        return self._state() == "T"

    def send(self, number: signal.Signals) -> None:
        if self.alive():
            os.kill(self.pid, number)

    def _state(self) -> str:
        try:
            said = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return ""
        return said.rpartition(")")[2].split()[0]


class Zygote:
    """The process that is forked from; started once for each session of tests."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.zygote"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, words: Sequence[str], env: Mapping[str, str], log: Path) -> Process:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._turn:
            self._process.stdin.write(json.dumps({"words": list(words), "env": dict(env), "log": str(log)}) + "\n")
            self._process.stdin.flush()
            return Process(int(self._process.stdout.readline()), log)

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


if __name__ == "__main__":
    serve()
