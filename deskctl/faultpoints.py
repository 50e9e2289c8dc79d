"""Named fault points at which the crash tests stop or kill this process: each commit and each exchange with a peer.

    reach("listener.content")             # one point
    with exchange("imap.fetch"): …        # two: imap.fetch.before, imap.fetch.after

A fault point has no effect unless the environment variable DESKCTL_FAULT names a folder when the process starts. The
file `fault` in that folder contains lines of the form SIGNAL POINT COUNT: the process sends itself the signal (KILL,
STOP) when it reaches the point for the COUNTth time. Each reached point is written to the file `reached`.
This module imports no other module of deskctl.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Final

VARIABLE: Final = "DESKCTL_FAULT"


class _Faults:
    """The faults of this process, read once at its start."""

    def __init__(self, folder: Path) -> None:
        self._signals: dict[str, signal.Signals] = {}
        self._left: dict[str, int] = {}
        for line in (folder / "fault").read_text().splitlines():
            name, point, count = line.split()
            self._signals[point], self._left[point] = signal.Signals[f"SIG{name}"], int(count)
        self._seen: set[str] = set()
        self._lock = threading.Lock()
        # Written without a buffer, so that a point is recorded before the signal arrives.
        self._record = os.open(folder / "reached", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.write(2, f"{VARIABLE} is set: this process breaks at {', '.join(self._signals)}\n".encode())

    def reach(self, point: str) -> None:
        with self._lock:
            if point not in self._seen:
                self._seen.add(point)
                with contextlib.suppress(OSError):  # the disk may be full by now
                    os.write(self._record, f"{point}\n".encode())
            if point not in self._left:
                return
            self._left[point] -= 1
            if self._left[point]:
                return
        # Sent to this thread, so that it executes nothing after the point.
        signal.pthread_kill(threading.get_ident(), self._signals[point])


def _armed() -> _Faults | None:
    folder = os.environ.get(VARIABLE)
    if not folder:
        return None
    try:
        return _Faults(Path(folder))
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"cannot use {VARIABLE}={folder}: {error}")


_FAULTS: Final = _armed()


def reach(point: str, step: str = "") -> None:
    """Mark that the process reached `point`, or `point.step` if a step is given."""
    if _FAULTS is not None:
        _FAULTS.reach(f"{point}.{step}" if step else point)


class exchange:  # noqa: N801 - used like a function: `with exchange("imap.fetch"):`
    """An exchange with a peer: reaches `name.before` at the start of the block, `name.after` after its success."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        reach(self._name, "before")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            reach(self._name, "after")
