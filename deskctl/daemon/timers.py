"""Fire timers when they are due.

The portions of a large command, such as the deactivation of an agent with many tickets, are timers too. Each is fired
in its own transaction, after all other timers, with a pause while mail arrives.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import datetime

from deskctl.core import features
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.kernel.timers import Timer
from deskctl.core.kernel.unit import Unit
from deskctl.daemon.clock import WallClock
from deskctl.daemon.journal import Traffic
from deskctl.daemon.wakeup import Wakeup
from deskctl.daemon.writer import WritePriority, Writer
from deskctl.desk.execution import PORTION_TIMERS, Executed, execute_in_unit
from deskctl.desk.ports import Store
from deskctl.errors import Unavailable

log = logging.getLogger("deskctl.daemon.timers")

#: The number of timers that are fired in one transaction before the clock is read again.
BATCH = 100
#: Seconds for which a timer that failed is postponed, and seconds between checks during that time.
_POSTPONE_SECONDS = 600.0
_POSTPONED_POLL_EVERY = 20.0
#: The pause after a portion while mail arrives: a multiple of the time of the portion, with a maximum in seconds. It is
#: proportional, so that portions and mail share a slow machine like a fast one.
PAUSE_FACTOR, MAX_PAUSE = 2.0, 0.5

_CLOCK = Actor.system("clock")


class TimerRunner:
    """Fires due timers. Call `run` until cancelled. Set `wakeup` when timers were added."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        readers: Executor,
        performed: Callable[[Executed], None],
        traffic: Traffic,
        poll_interval: float | None = None,
        clock: WallClock | None = None,
    ) -> None:
        self.wakeup = Wakeup(clock)
        self._store = store
        self._writer = writer
        self._readers = readers
        self._performed = performed
        self._traffic = traffic
        self._poll_interval = poll_interval
        self._postponed: dict[int, float] = {}  # by timer: the loop time until which it is postponed

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            self._postponed = {timer: until for timer, until in self._postponed.items() if until > now}
            due = await loop.run_in_executor(self._readers, self._store.timers.due, BATCH + len(self._postponed))
            fresh = [timer for timer in due if timer.id not in self._postponed]
            await self._fire([timer for timer in fresh if timer.kind not in PORTION_TIMERS])
            portions = [timer for timer in fresh if timer.kind in PORTION_TIMERS]
            if portions:
                await self._fire_portion(portions[0])
            if not fresh:
                await self._wait()

    async def _fire_portion(self, timer: Timer) -> None:
        began = time.monotonic()
        await self._fire([timer])
        if self._traffic.active:
            await asyncio.sleep(min((time.monotonic() - began) * PAUSE_FACTOR, MAX_PAUSE))

    async def _wait(self) -> None:
        """Wait for the next timer. While timers are postponed, check often: the store returns these first."""
        if self._postponed:
            await self.wakeup.wait(None, min(_POSTPONED_POLL_EVERY, self._poll_interval or _POSTPONED_POLL_EVERY))
        else:
            await self.wakeup.wait(await self._next_due(), self._poll_interval)

    async def _next_due(self) -> datetime | None:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._store.timers.next_due)

    async def _fire(self, timers: Sequence[Timer]) -> None:
        """Fire timers in one transaction. If it fails, fire each timer in its own, so that the others succeed."""
        if not timers:
            return
        numbers = [timer.id for timer in timers]

        def work(unit: Unit) -> list[Executed]:
            features.preload_timers(unit, numbers)
            return [execute_in_unit(unit, FireTimer(number), _CLOCK) for number in numbers]

        try:
            performed = await self._writer.call(
                WritePriority.INTERNAL, lambda: self._store.transaction(work, name="timer")
            )
        except Unavailable:
            raise  # the supervisor tries again
        except Exception:
            if len(timers) > 1:
                for timer in timers:
                    await self._fire([timer])
                return
            [timer] = timers
            log.exception("timer %d (%s) failed; other timers are not affected", timer.id, timer.kind)
            self._postponed[timer.id] = asyncio.get_running_loop().time() + _POSTPONE_SECONDS
        else:
            self._performed(performed[-1])
