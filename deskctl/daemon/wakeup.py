"""Sleep until something is due or somebody rings."""

from __future__ import annotations

import asyncio
from datetime import datetime

from deskctl.daemon.clock import WallClock

#: Seconds after which a wait without a moment ends.
_AT_MOST = 3600.0
#: Seconds between looks at the wall clock while a moment of it is waited for; all who wait look at the same time.
LOOK = 10.0


class Wakeup:
    """Rung from any thread, heard in the loop it was made in."""

    def __init__(self, clock: WallClock | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self._clock = clock or WallClock()

    def set(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._rung.set)
        except RuntimeError:  # the loop has ended, and with it whoever would listen
            return

    async def wait(self, until: datetime | None, at_most: float | None = None) -> None:
        """Returns when it rings, or at `until` (aware; None: never), or after `at_most` seconds.

        `until` is a moment of the wall clock: when that is set, the wait ends sooner or later.
        """
        end = self._loop.time() + (_AT_MOST if at_most is None else at_most)
        try:
            while not self._rung.is_set():
                self._clock.look()
                left = end - self._loop.time()
                if until is not None:
                    left = min(left, (until - self._clock.now()).total_seconds())
                if left <= 0:
                    return
                if until is not None:
                    left = min(left, LOOK - self._loop.time() % LOOK)
                try:
                    async with asyncio.timeout(left):
                        await self._rung.wait()
                except TimeoutError:
                    continue
        finally:
            self._rung.clear()
