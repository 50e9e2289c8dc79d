"""Sleep until something is due or somebody rings: no polling."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

#: Seconds after which one looks again in any case: the wall clock may have been set.
_AT_MOST = 3600.0


class Bell:
    """Rung from any thread, heard in the loop it was made in."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._rung.set)
        except RuntimeError:  # the loop has ended, and with it whoever would listen
            return

    async def wait(self, until: datetime | None, at_most: float | None = None) -> None:
        """Returns when it rings, or at `until` (aware; None: never), or after `at_most` seconds."""
        seconds = _AT_MOST if at_most is None else at_most
        if until is not None:
            seconds = min(seconds, max(0.0, (until - datetime.now(UTC)).total_seconds()))
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return
        finally:
            self._rung.clear()
