"""Fires timers when they are due, and sleeps between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta

from deskctl.core import clockwork
from deskctl.core.commands.machine import FireTimer
from deskctl.core.people import Actor
from deskctl.core.timers import Timer
from deskctl.core.unit import Unit
from deskctl.daemon.waiting import Bell
from deskctl.daemon.writer import Turn, Writer
from deskctl.desk.perform import Performed, carry_out
from deskctl.desk.ports import Store
from deskctl.errors import Unavailable

log = logging.getLogger("deskctl.daemon.timers")

#: Timers that are fired in one transaction, before one looks at the clock again.
AT_ONCE = 100
#: How long a timer that cannot be fired is left alone.
_SET_ASIDE = timedelta(minutes=10)
_MEANWHILE = timedelta(seconds=20)

_CLOCK = Actor.system("clock")


class DueTimers:
    """`run` until cancelled; `bell` is rung when timers were set."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        readers: Executor,
        performed: Callable[[Performed], None],
        look_again: float | None = None,
    ) -> None:
        self.bell = Bell()
        self._store = store
        self._writer = writer
        self._readers = readers
        self._performed = performed
        self._look_again = look_again
        self._aside: dict[int, datetime] = {}

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            now = datetime.now(UTC)
            self._aside = {timer: until for timer, until in self._aside.items() if until > now}
            due = await loop.run_in_executor(self._readers, self._store.timers.due, AT_ONCE + len(self._aside))
            fresh = [timer for timer in due if timer.id not in self._aside]
            await self._fire(fresh)
            if not fresh:
                await self.bell.wait(await self._next(), self._look_again)

    async def _next(self) -> datetime | None:
        """The next moment to look. With timers set aside, the store's answer would be them: look now and then."""
        if self._aside:
            return datetime.now(UTC) + _MEANWHILE
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._store.timers.next_due)

    async def _fire(self, timers: Sequence[Timer]) -> None:
        """All in one transaction. Should one of them fail, each has its own: the others shall not suffer."""
        if not timers:
            return
        numbers = [timer.id for timer in timers]

        def work(unit: Unit) -> list[Performed]:
            clockwork.preload(unit, numbers)
            return [carry_out(unit, FireTimer(number), _CLOCK) for number in numbers]

        try:
            performed = await self._writer.call(Turn.SETTLE, lambda: self._store.transaction(work, name="timer"))
        except Unavailable:
            raise  # the supervisor tries again
        except Exception:
            if len(timers) > 1:
                for timer in timers:
                    await self._fire([timer])
                return
            [timer] = timers
            log.exception("timer %d (%s) failed; the others go on", timer.id, timer.kind.value)
            self._aside[timer.id] = datetime.now(UTC) + _SET_ASIDE
        else:
            self._performed(performed[-1])
