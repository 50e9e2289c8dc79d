"""Fires timers when they are due, and sleeps between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import datetime

from deskctl.core import clockwork
from deskctl.core.commands.machine import FireTimer
from deskctl.core.people import Actor
from deskctl.core.timers import Timer
from deskctl.core.unit import Unit
from deskctl.daemon.clock import WallClock
from deskctl.daemon.wakeup import Wakeup
from deskctl.daemon.writer import WritePriority, Writer
from deskctl.desk.execution import Executed, execute_in_unit
from deskctl.desk.ports import Store
from deskctl.errors import Unavailable

log = logging.getLogger("deskctl.daemon.timers")

#: Timers that are fired in one transaction, before one looks at the clock again.
AT_ONCE = 100
#: Seconds for which a timer that cannot be fired is left alone, and between looks meanwhile.
_SET_ASIDE = 600.0
_MEANWHILE = 20.0

_CLOCK = Actor.system("clock")


class TimerRunner:
    """`run` until cancelled; `wakeup` is rung when timers were set."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        readers: Executor,
        performed: Callable[[Executed], None],
        look_again: float | None = None,
        clock: WallClock | None = None,
    ) -> None:
        self.wakeup = Wakeup(clock)
        self._store = store
        self._writer = writer
        self._readers = readers
        self._performed = performed
        self._look_again = look_again
        self._aside: dict[int, float] = {}  # until when, as the loop counts

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            self._aside = {timer: until for timer, until in self._aside.items() if until > now}
            due = await loop.run_in_executor(self._readers, self._store.timers.due, AT_ONCE + len(self._aside))
            fresh = [timer for timer in due if timer.id not in self._aside]
            await self._fire(fresh)
            if not fresh:
                await self._wait()

    async def _wait(self) -> None:
        """Until the next timer. With timers set aside, the store's answer would be them: look now and then."""
        if self._aside:
            await self.wakeup.wait(None, min(_MEANWHILE, self._look_again or _MEANWHILE))
        else:
            await self.wakeup.wait(await self._next_due(), self._look_again)

    async def _next_due(self) -> datetime | None:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._store.timers.next_due)

    async def _fire(self, timers: Sequence[Timer]) -> None:
        """All in one transaction. Should one of them fail, each has its own: the others shall not suffer."""
        if not timers:
            return
        numbers = [timer.id for timer in timers]

        def work(unit: Unit) -> list[Executed]:
            clockwork.preload(unit, numbers)
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
            log.exception("timer %d (%s) failed; the others go on", timer.id, timer.kind.value)
            self._aside[timer.id] = asyncio.get_running_loop().time() + _SET_ASIDE
        else:
            self._performed(performed[-1])
