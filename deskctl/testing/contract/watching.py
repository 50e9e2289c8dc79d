"""Detection of I/O by a piece of code, and of resources that it leaves open."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import sys
import threading
from collections.abc import Iterator
from typing import Any

_watching: list[str] | None = None
_hooked = False


@contextlib.contextmanager
def watched() -> Iterator[list[str]]:
    """Record the network access, subprocesses and file writes of the process with Python's audit events."""
    global _watching, _hooked
    if not _hooked:
        sys.addaudithook(_audit)  # an audit hook cannot be removed
        _hooked = True
    seen = _watching = []
    try:
        yield seen
    finally:
        _watching = None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching is None:
        return
    touches = event.startswith(("socket.", "subprocess.", "os.mkdir", "os.remove", "os.rename"))
    if event == "open" and len(arguments) > 1:
        mode = arguments[1]  # the first import of a module writes its bytecode
        touches = isinstance(mode, str) and any(c in mode for c in "wax+") and ".pyc" not in str(arguments[0])
    if touches and event != "socket.__new__":
        _watching.append(event)


class Leftovers:
    """The tasks, threads and sockets that the process opened after this object was created."""

    def __init__(self) -> None:
        self._tasks = asyncio.all_tasks()
        self._threads = set(threading.enumerate())
        self._sockets = len(_sockets())

    def found(self) -> list[str]:
        """Return the names of open resources, without the threads of the event loop's pool."""
        tasks = [f"task {task.get_name()}" for task in asyncio.all_tasks() - self._tasks]
        new = [thread for thread in threading.enumerate() if thread not in self._threads]
        threads = [f"thread {thread.name}" for thread in new if not thread.name.startswith("asyncio_")]
        more = len(_sockets()) - self._sockets
        return [*tasks, *threads, *([f"{more} open sockets"] if more > 0 else [])]


def _sockets() -> list[int]:
    """Return the socket descriptors of this process, or none if the system does not list descriptors."""
    try:
        names = os.listdir("/dev/fd")  # noqa: PTH208 (the descriptor of the listing itself is among them)
    except OSError:
        return []
    found = []
    for name in names:
        with contextlib.suppress(OSError, ValueError):
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                found.append(int(name))
    return found
