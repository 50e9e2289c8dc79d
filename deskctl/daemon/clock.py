"""Detect changes of the wall clock: it can be set while the daemon runs, and it jumps after the machine slept."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

log = logging.getLogger("deskctl.daemon.clock")

#: Seconds. A smaller difference between the two clocks is ignored.
STEP = 1.0
#: Linux: <linux/timerfd.h>, <time.h>.
_CLOCK_REALTIME = 0
_ABSTIME, _CANCEL_ON_SET = 1, 2
#: Seconds since 1970 that are never reached (year 2200), or the largest value of a 32-bit long.
_FAR = 7258118400 if ctypes.sizeof(ctypes.c_long) > 4 else 2**31 - 1


def _utc_now() -> datetime:
    return datetime.now(UTC)


class WallClock:
    """Detects steps of the wall clock and passes their length in seconds to `on_step`.

    A positive step means that the clock was set forward or that the machine was suspended. `check` compares the wall
    clock with a clock that cannot be set.
    """

    def __init__(self, now: Callable[[], datetime] = _utc_now, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._monotonic = monotonic
        self._offset = self._difference()
        self.on_step: Callable[[float], None] = _ignore

    def check(self) -> None:
        """Detect a step since the last check. Slow drift does not count."""
        offset = self._difference()
        step, self._offset = offset - self._offset, offset
        if abs(step) >= STEP:
            log.warning("the clock was set %s by %.0f s", "forward" if step > 0 else "back", abs(step))
            self.on_step(step)

    def _difference(self) -> float:
        return self.now().timestamp() - self._monotonic()


def _ignore(step: float) -> None:
    pass


class ClockAlarm:
    """Calls `callback` in the running loop when the clock is set or the machine wakes up. Linux only."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self._callback = callback
        self._loop = asyncio.get_running_loop()
        self._fd = -1
        try:
            self._libc = ctypes.CDLL(None, use_errno=True)
            self._fd = self._libc.timerfd_create(_CLOCK_REALTIME, os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, AttributeError):  # not Linux: waiting tasks check the clock regularly
            return
        if self._fd >= 0 and self._arm():
            self._loop.add_reader(self._fd, self._on_event)

    @property
    def armed(self) -> bool:
        """True if the system reports clock changes."""
        return self._fd >= 0

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _arm(self) -> bool:
        when = (ctypes.c_long * 4)(0, 0, _FAR, 0)  # struct itimerspec
        failed = self._libc.timerfd_settime(self._fd, _ABSTIME | _CANCEL_ON_SET, ctypes.byref(when), None)
        if failed and ctypes.get_errno() != errno.ECANCELED:  # ECANCELED means: armed, but the clock was set meanwhile
            self.close()
            return False
        return True

    def _on_event(self) -> None:
        with contextlib.suppress(OSError):  # reading fails with ECANCELED
            os.read(self._fd, 8)
        self._arm()
        self._callback()
