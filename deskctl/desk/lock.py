"""The owner lock: one process at a time holds `desk.lock`. The file contains its pid."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from deskctl.desk.wire import LOCK_NAME, SOCKET_NAME
from deskctl.errors import Refused, Unavailable
from deskctl.i18n import _

DAEMON = "daemon"
COMMAND = "command"

#: Seconds between attempts to take a lock that another process holds.
_LOOK_AGAIN = 0.05


class OwnerLock:
    """An advisory lock on `run_dir/desk.lock`. The kernel releases it when its process ends for any reason."""

    def __init__(self, run_dir: Path) -> None:
        self.path = run_dir / LOCK_NAME
        self.socket_path = run_dir / SOCKET_NAME
        self._file: int | None = None

    def take(self, what: str) -> bool:
        """Try once to take the lock. Return True on success. Raises Unavailable.

        `what` (DAEMON or COMMAND) and the pid are written to the file. A socket that an earlier owner left is removed,
        because no process serves it.
        """
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        except PermissionError as error:
            raise Unavailable(
                _("no daemon serves this desk, and only its owner can use {path}", path=self.path),
                _("ask the owner of the desk to start the daemon: deskctl daemon run"),
            ) from error
        except OSError as error:
            raise Unavailable(
                f"{self.path}: {error.strerror}", _("the folder of the desk must exist and be writable")
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()} {what}\n".encode(), 0)
        self._file = file
        self.socket_path.unlink(missing_ok=True)
        return True

    def take_within(self, what: str, seconds: float) -> None:
        """Try to take the lock for up to `seconds`. Raises Unavailable."""
        deadline = time.monotonic() + seconds
        while not self.take(what):
            if time.monotonic() >= deadline:
                raise self.busy_error(seconds)
            time.sleep(_LOOK_AGAIN)

    def take_as_daemon(self, seconds: float) -> None:
        """Take the lock and wait for a running command. Raises Refused if another daemon runs."""
        deadline = time.monotonic() + seconds
        before = None
        while not self.take(DAEMON):
            holder = pid, what = self.holder()
            if what == DAEMON and holder == before:  # seen twice, so it is not the name of a dead daemon
                what_runs = _("a daemon already runs for this desk (pid {pid})", pid=pid)
                raise Refused(what_runs, _("stop it first: kill {pid}", pid=pid))
            if time.monotonic() >= deadline:
                raise self.busy_error(seconds)
            before = holder
            time.sleep(_LOOK_AGAIN)

    def holder(self) -> tuple[int | None, str]:
        """Return the pid and the purpose of the owner according to the file."""
        try:
            pid, _space, what = self.path.read_text("ascii", "replace").strip().partition(" ")
        except OSError:
            return None, ""
        return (int(pid), what) if pid.isdecimal() else (None, "")

    def busy_error(self, seconds: float) -> Unavailable:
        """Return the error for a lock that was not released in time."""
        pid, what = self.holder()
        return Unavailable(
            _(
                "the desk has been busy for {seconds} s: pid {pid} ({what}) uses it",
                seconds=f"{seconds:g}",
                pid=pid or "unknown",
                what=what or "unknown",
            ),
            _("try again later"),
        )

    def release(self) -> None:
        if self._file is not None:
            os.ftruncate(self._file, 0)  # so that the file does not name an old owner
            os.close(self._file)
            self._file = None
