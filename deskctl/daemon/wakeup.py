"""Wait until a time of the wall clock, or until another part of the daemon ends the wait."""

from __future__ import annotations

import asyncio
from datetime import datetime

from deskctl.daemon.clock import WallClock

#: Seconds after which a wait without an end time ends.
_AT_MOST = 3600.0
#: Seconds between checks of the wall clock during a wait for one of its times. All waits check at the same time.
CHECK_EVERY = 10.0


class Wakeup:
    """Ends a wait early. `set` can be called in any thread, `wait` only in the loop that created the object."""

    def __init__(self, clock: WallClock | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self._clock = clock or WallClock()

    def set(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._rung.set)
        except RuntimeError:  # the loop has ended, so nothing waits
            return

    async def wait(self, until: datetime | None, at_most: float | None = None) -> None:
        """Wait until `set` is called, until the time `until` (aware; None: never), or for `at_most` seconds.

        `until` is a time of the wall clock: if the clock is set, the wait ends earlier or later accordingly.
        """
        end = self._loop.time() + (_AT_MOST if at_most is None else at_most)
        try:
            while not self._rung.is_set():
                self._clock.check()
                now, stop = self._loop.time(), end
                if until is not None:
                    stop = min(stop, now + (until - self._clock.now()).total_seconds())
                if stop <= now:
                    return
                if until is not None:  # the same number in all waits, so that one wake-up ends all of them
                    stop = min(stop, (now // CHECK_EVERY + 1) * CHECK_EVERY)
                try:
                    async with asyncio.timeout_at(stop):
                        await self._rung.wait()
                except TimeoutError:
                    continue
        finally:
            self._rung.clear()
