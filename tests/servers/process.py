"""A server process for the tests: started as an unprivileged user, with its output in a file."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest


def missing(what: str, how: str) -> None:
    """Skip the test because a server is not installed, or fail it if servers are required."""
    message = f"{what} is not installed: {how}"
    if os.environ.get("DESKCTL_REQUIRE_SERVERS") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a server."""

    name: str
    group: str
    uid: int
    gid: int

    @classmethod
    def ordinary(cls, *preferred: str) -> Account:
        """Return the current user or, for root, the first of `preferred` that exists: servers refuse to run as root."""
        entry = pwd.getpwuid(os.geteuid())
        if entry.pw_uid == 0:
            known = {name.pw_name: name for name in pwd.getpwall()}
            entry = next(known[name] for name in (*preferred, "nobody") if name in known)
        return cls(entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name, entry.pw_uid, entry.pw_gid)

    def folder(self, prefix: str, under: Path = Path("/tmp")) -> Path:
        """Create a folder of this account directly below the temporary folder, because socket paths must be short."""
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=under))
        os.chown(path, self.uid, self.gid)
        return path

    def spawning(self) -> Mapping[str, object]:
        """Return the arguments of `subprocess` to start a process with this account."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


class ServerProcess:
    """A running server. It ends with the process that started it."""

    def __init__(self, command: Sequence[str], account: Account, log: Path, stop_signal: int = signal.SIGTERM) -> None:
        self._stop_signal = stop_signal
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # type: ignore[call-overload]
                [*_dying_with_parent(stop_signal), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=log.parent,
                start_new_session=True,
                **account.spawning(),
            )

    @property
    def pid(self) -> int:
        pid: int = self._process.pid
        return pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def last_output(self) -> str:
        """Return the output of the server for error messages."""
        with suppress(OSError):
            return self._log.read_text(errors="replace")[-2000:]
        return ""

    def stop(self) -> None:
        """Terminate the server, and kill it after ten seconds."""
        if self.alive():
            self._process.send_signal(self._stop_signal)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _dying_with_parent(number: int) -> list[str]:
    """Return the prefix of a command that ends with the process that starts it, even if that process is killed."""
    program = shutil.which("setpriv")
    return [program, "--pdeathsig", signal.Signals(number).name.removeprefix("SIG"), "--"] if program else []


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process in megabytes."""
    rows = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(row.split()[1]) / 1024 for row in rows if row.startswith("VmRSS"))
