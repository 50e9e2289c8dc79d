"""Who owns the desk: one process at a time holds `desk.lock`, and the file says which."""

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

#: Seconds between two looks at a lock that somebody else holds.
_LOOK_AGAIN = 0.05


class OwnerLock:
    """An advisory lock on `run_dir/desk.lock`. The kernel lets go of it when its process dies, however it dies."""

    def __init__(self, run_dir: Path) -> None:
        self.path = run_dir / LOCK_NAME
        self.socket_path = run_dir / SOCKET_NAME
        self._file: int | None = None

    def take(self, what: str) -> bool:
        """Try once. `what` (DAEMON or COMMAND) and the pid are written into the file. Raises Unavailable.

        A socket that an earlier owner left behind is removed: nobody can be serving it.
        """
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        except PermissionError as error:
            raise Unavailable(
                _("no daemon serves this desk, and only its owner can use {path}", path=self.path),
                _("ask the desk's owner to start the daemon: deskctl daemon run"),
            ) from error
        except OSError as error:
            raise Unavailable(
                f"{self.path}: {error.strerror}", _("the desk's folder must exist and be writable")
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
        """Try until it works. Raises Unavailable after `seconds`."""
        deadline = time.monotonic() + seconds
        while not self.take(what):
            if time.monotonic() >= deadline:
                raise self.held(seconds)
            time.sleep(_LOOK_AGAIN)

    def take_as_daemon(self, seconds: float) -> None:
        """Wait for a command to end; never for another daemon, which is Refused."""
        deadline = time.monotonic() + seconds
        before = None
        while not self.take(DAEMON):
            holder = pid, what = self.holder()
            if what == DAEMON and holder == before:  # seen twice: no dead daemon's name that a new owner is replacing
                raise Refused(
                    _("a daemon already runs for this desk (pid {pid})", pid=pid),
                    _("stop it first: kill {pid}", pid=pid),
                )
            if time.monotonic() >= deadline:
                raise self.held(seconds)
            before = holder
            time.sleep(_LOOK_AGAIN)

    def holder(self) -> tuple[int | None, str]:
        """Pid and purpose of whoever holds the lock, as far as the file says."""
        try:
            pid, _, what = self.path.read_text("ascii", "replace").strip().partition(" ")
        except OSError:
            return None, ""
        return (int(pid), what) if pid.isdecimal() else (None, "")

    def held(self, seconds: float) -> Unavailable:
        """What to say after waiting in vain."""
        pid, what = self.holder()
        return Unavailable(
            _(
                "the desk has been busy for {seconds} s: pid {value} ({value2}) holds it",
                seconds=format(seconds, "g"),
                value=pid or "unknown",
                value2=what or "unknown",
            ),
            _("try again when it is done"),
        )

    def release(self) -> None:
        if self._file is not None:
            os.ftruncate(self._file, 0)  # so that nobody reads an old owner's name
            os.close(self._file)
            self._file = None
