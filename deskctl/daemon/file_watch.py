"""Wait for changes of the files in a folder without regular checks."""

from __future__ import annotations

import ctypes
import os
import select
from pathlib import Path

#: Linux: <sys/inotify.h>. A file was moved, created or removed, or this happened to the folder itself.
_EVENTS = 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800


class FileWatch:
    """Waits until a file in a folder is created, moved or removed. Writing to a file does not count. Linux only."""

    def __init__(self, folder: Path) -> None:
        """Watch the folder. Raises OSError if the system cannot."""
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK) if hasattr(os, "eventfd") else -1
        try:
            libc = ctypes.CDLL(None, use_errno=True)
            self._fd = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
            watching = self._fd >= 0 and libc.inotify_add_watch(self._fd, os.fsencode(folder), _EVENTS) >= 0
        except AttributeError:
            self._fd, watching = -1, False
        if not watching or self._wake < 0:
            self.close()
            raise OSError("inotify is not available")

    def wait(self, seconds: float) -> None:
        """Wait for a change, for `wake`, or for these seconds."""
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        if any(fd == self._fd for fd, _ in poll.poll(seconds * 1000)):
            os.read(self._fd, 64 * 1024)

    def wake(self) -> None:
        """End the present and all later waits."""
        os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        for fd in (self._fd, self._wake):
            if fd >= 0:
                os.close(fd)
