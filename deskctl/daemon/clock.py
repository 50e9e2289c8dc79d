"""The wall clock, which can be set while the daemon runs, and stands still for the daemon while the machine sleeps."""

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

#: Seconds; a smaller difference between the two clocks is none.
STEP = 1.0
#: Linux: <linux/timerfd.h>, <time.h>.
_CLOCK_REALTIME = 0
_ABSTIME, _CANCEL_ON_SET = 1, 2
#: Seconds since 1970: a moment that does not come (year 2200), within 32-bit longs or not.
_FAR = 7258118400 if ctypes.sizeof(ctypes.c_long) > 4 else 2**31 - 1


def _utc_now() -> datetime:
    return datetime.now(UTC)


class WallClock:
    """Tells `stepped` by how many seconds the clock was set forward (above 0, a suspended machine included) or back.

    It compares the wall clock with one that cannot be set, whenever somebody looks.
    """

    def __init__(self, now: Callable[[], datetime] = _utc_now, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._monotonic = monotonic
        self._offset = self._difference()
        self.stepped: Callable[[float], None] = _nobody

    def look(self) -> None:
        """Notice a step since the last look. What drifts slowly is none."""
        offset = self._difference()
        step, self._offset = offset - self._offset, offset
        if abs(step) >= STEP:
            log.warning("the clock was set %s by %.0f s", "forward" if step > 0 else "back", abs(step))
            self.stepped(step)

    def _difference(self) -> float:
        return self.now().timestamp() - self._monotonic()


def _nobody(step: float) -> None:
    pass


class ClockAlarm:
    """Calls `heard` in the running loop as soon as the clock is set or the machine wakes, where Linux tells."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._fd = -1
        try:
            self._libc = ctypes.CDLL(None, use_errno=True)
            self._fd = self._libc.timerfd_create(_CLOCK_REALTIME, os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, AttributeError):  # another system than Linux: those who wait look now and then
            return
        if self._fd >= 0 and self._arm():
            self._loop.add_reader(self._fd, self._told)

    @property
    def armed(self) -> bool:
        """Whether the system tells."""
        return self._fd >= 0

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _arm(self) -> bool:
        when = (ctypes.c_long * 4)(0, 0, _FAR, 0)  # struct itimerspec
        failed = self._libc.timerfd_settime(self._fd, _ABSTIME | _CANCEL_ON_SET, ctypes.byref(when), None)
        if failed and ctypes.get_errno() != errno.ECANCELED:  # which says that it is armed, and was set meanwhile
            self.close()
            return False
        return True

    def _told(self) -> None:
        with contextlib.suppress(OSError):  # ECANCELED is the message
            os.read(self._fd, 8)
        self._arm()
        self._heard()
