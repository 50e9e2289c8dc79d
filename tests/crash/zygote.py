"""Starts daemons as forks of a process that has imported everything: hundreds of starts without the wait for imports.

The program is `python -m tests.crash.zygote`, with a socket as standard input. A request is one packet of JSON with the
words of the command, the environment and the file for its output; the answer is the pid and a descriptor of the
process. In all other respects the daemon is a separate process.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

#: PR_SET_PDEATHSIG of prctl(2).
_DIE_WITH_PARENT = 1

LOADED = (
    "deskctl.daemon.run",
    "deskctl.cli.commands.operations.daemon",
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
    with socket.socket(fileno=0) as asked:
        while line := asked.recv(1 << 20):
            go, wait = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(wait)
                os.read(go, 1)  # wait until the parent has a descriptor of this process
                os.close(go)
                _command(json.loads(line), main.main)
            handle = os.pidfd_open(pid)
            socket.send_fds(asked, [str(pid).encode()], [handle])
            for used in (handle, go, wait):
                os.close(used)


def _command(request: dict[str, Any], main: Any) -> NoReturn:
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        os.environ.clear()
        os.environ.update(request["env"])
        output = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, stream in enumerate((nothing, output, output)):
            os.dup2(stream, number)
        sys.stdin = Path(os.devnull).open()  # noqa: SIM115 - it lives as long as the process
        from deskctl import faultpoints

        vars(faultpoints)["_FAULTS"] = faultpoints._armed()  # read when a process starts, and this one starts here
        sys.argv = ["deskctl", *request["words"]]
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - the log of the daemon shows the traceback
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class Process:
    """A command that runs.

    A descriptor holds it: a signal cannot reach another process that got the same pid.
    """

    def __init__(self, pid: int, handle: int, log: Path) -> None:
        self.pid = pid
        self._handle = handle
        self._log = log

    def __del__(self) -> None:
        os.close(self._handle)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def alive(self) -> bool:
        return not select.select([self._handle], [], [], 0)[0]

    def stopped(self) -> bool:
        try:
            said = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return False
        return self.alive() and said.rpartition(")")[2].split()[0] == "T"

    def send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)


class Zygote:
    """The process that forks daemons, started once per test session."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.crash.zygote"]
            self._process = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdin=theirs.fileno())

    def start(self, words: Sequence[str], env: Mapping[str, str], log: Path) -> Process:
        with self._turn:
            self._line.send(json.dumps({"words": list(words), "env": dict(env), "log": str(log)}).encode())
            pid, [handle], _, _ = socket.recv_fds(self._line, 64, 1)
            return Process(int(pid), handle, log)

    def close(self) -> None:
        self._line.close()
        self._process.wait(10)


if __name__ == "__main__":
    serve()
