"""Report when the event loop works and when it waits, so that a watcher needs no regular checks of an idle loop."""

from __future__ import annotations

import ctypes
import os
import selectors
import time
from collections.abc import Callable

_CLOCK_MONOTONIC = 1
#: Linux: <sys/timerfd.h>.
_CLOEXEC = os.O_CLOEXEC


def _ignore() -> None:
    pass


class LoopActivity(selectors.DefaultSelector):
    """The selector of the daemon's event loop. `on_busy` and `on_idle` are called in the loop's thread."""

    def __init__(self) -> None:
        super().__init__()
        self.busy_since: float | None = time.monotonic()
        self.on_busy: Callable[[], None] = _ignore
        self.on_idle: Callable[[], None] = _ignore

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(timeout)  # the loop has more to do
        self.busy_since = None
        self.on_idle()
        try:
            return super().select(timeout)
        finally:
            self.busy_since = time.monotonic()
            self.on_busy()


class ThreadTimer:
    """A timer that a thread waits for. Starting and stopping it does not wake the thread. Linux only.

    Raises OSError where the system has no such timers.
    """

    def __init__(self) -> None:
        try:
            self._libc = ctypes.CDLL(None, use_errno=True)
            self._fd = self._libc.timerfd_create(_CLOCK_MONOTONIC, _CLOEXEC)
        except AttributeError:
            self._fd = -1
        if self._fd < 0:
            raise OSError("timerfd is not available")
        self._never = (ctypes.c_long * 4)(0, 0, 0, 0)  # struct itimerspec
        self._after = (ctypes.c_long * 4)(0, 0, 0, 0)

    def start(self, seconds: float) -> None:
        """Let `wait` return after these seconds, instead of an earlier time."""
        whole = int(seconds)
        self._after[2], self._after[3] = whole, max(int((seconds - whole) * 1e9), 1)
        self._libc.timerfd_settime(self._fd, 0, self._after, None)

    def stop(self) -> None:
        self._libc.timerfd_settime(self._fd, 0, self._never, None)

    def wait(self) -> None:
        """Wait until the timer expires."""
        os.read(self._fd, 8)
