"""Changes of the wall clock while the daemon runs: due work is noticed, and no wait is too long."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl.core.sla.commands import AddPolicy
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.daemon.clock import ClockAlarm, WallClock
from deskctl.daemon.wakeup import CHECK_EVERY, Wakeup
from deskctl.desk.remote import RemoteDesk
from tests.daemon.conftest import MakeDesk
from tests.daemon.running import add_agent, running
from tests.servers.faketime import SetClock
from tests.servers.waiting import wait_until

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class _NoWaiting(selectors.DefaultSelector):
    """A selector that advances a simulated time instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found and timeout:
            self.passed += timeout
        return found


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop with simulated time. `steps` (at, by) set the wall clock, in seconds."""

    def __init__(self, steps: list[tuple[float, float]]) -> None:
        self._passing = _NoWaiting()
        super().__init__(self._passing)
        self._steps = steps

    def time(self) -> float:
        return self._passing.passed

    def wall(self) -> datetime:
        off = sum(by for at, by in self._steps if at <= self.time())
        return BEGAN + timedelta(seconds=self.time() + off)

    def clock(self) -> WallClock:
        return WallClock(self.wall, self.time)


def run(loop: FastLoop, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    try:
        loop.run_until_complete(work())
    finally:
        loop.close()


STEPS = st.lists(st.tuples(st.floats(0, 20_000), st.floats(-10_000, 10_000)), max_size=4)


@settings(max_examples=200, deadline=None)
@given(STEPS, st.floats(0, 20_000))
def test_wait_ends_soon_after_its_time_and_never_before(steps: list[tuple[float, float]], after: float) -> None:
    loop = FastLoop(steps)
    until = BEGAN + timedelta(seconds=after)

    async def work() -> None:
        wakeup, clock = Wakeup(loop.clock()), loop
        while True:
            await wakeup.wait(until, 3600)
            if clock.wall() >= until:
                break
        late = (clock.wall() - until).total_seconds()
        jumps = [by for at, by in steps if loop.time() - CHECK_EVERY - 1 <= at <= loop.time()]
        assert late <= 1 or late <= sum(map(abs, jumps)) + CHECK_EVERY + 1
        if late > 1:
            # Only a step can have moved the time into the past, less than one check ago.
            assert jumps

    run(loop, work)


@pytest.mark.parametrize("by", [10_800.0, 5.0, -10_800.0, 0.5])
def test_clock_step_is_reported_once_with_its_length(by: float) -> None:
    loop = FastLoop([(100.0, by)])
    told: list[float] = []

    async def work() -> None:
        clock = loop.clock()
        clock.on_step = told.append
        await Wakeup(clock).wait(BEGAN + timedelta(seconds=50_000), 200)

    run(loop, work)
    assert told == pytest.approx([by] if abs(by) >= 1 else [])


def test_slow_drift_is_not_a_clock_step() -> None:
    told: list[float] = []
    passed = 0.0
    clock = WallClock(lambda: BEGAN + timedelta(seconds=passed * 1.01), lambda: passed)
    clock.on_step = told.append
    for _ in range(1000):
        passed += 10
        clock.check()
    assert told == []


def test_waits_check_the_clock_at_the_same_time_and_only_if_they_have_an_end_time() -> None:
    loop = FastLoop([])
    looks: list[float] = []

    async def work() -> None:
        def wakeup() -> Wakeup:
            class Watched(WallClock):
                def check(self) -> None:
                    looks.append(loop.time())
                    super().check()

            return Wakeup(Watched(loop.wall, loop.time))

        late = BEGAN + timedelta(hours=5)
        await asyncio.gather(
            wakeup().wait(late, 100),
            wakeup().wait(late + timedelta(seconds=3), 100),
            wakeup().wait(None, 100),
        )

    run(loop, work)
    between = sorted({round(at, 3) for at in looks if 0 < at < 100})
    assert between == [10.0 * n for n in range(1, 10)]


def test_clock_alarm_is_armed_on_linux() -> None:
    """Setting the clock needs root and a machine without other users, so this only arms the alarm."""

    async def work() -> bool:
        alarm = ClockAlarm(lambda: None)
        await asyncio.sleep(0)
        armed = alarm.armed
        alarm.close()
        alarm.close()
        return armed

    assert asyncio.run(work())


def events(desk: RemoteDesk, kind: str) -> list[dict[str, Any]]:
    rows = desk.ask(ListTickets(all=True))
    return [e for row in rows for e in desk.ask(ShowTicket(row["number"]))["events"] if e["kind"] == kind]


def test_breach_fires_once_soon_after_the_clock_is_set(desk_with: MakeDesk, tmp_path: Path) -> None:
    clock = SetClock(tmp_path / "shift")
    folder = desk_with("")
    with running(folder, **clock.environ) as daemon:
        add_agent(daemon)
        with closing(daemon.desk()) as desk:
            desk.execute(AddPolicy("p", "", "24x7", (("first_response", "2h"), ("resolution", "99h")), ()))
            (folder / "in").mkdir(exist_ok=True)
            (folder / "in" / "one.json").write_text('{"from": "ann", "text": "One."}')
            wait_until(lambda: events(desk, "activate"), 20, "the clock of the ticket runs")
            clock.set("+3h")
            wait_until(lambda: events(desk, "breach"), 20, "the breach fires")
            assert [event["late"] for event in events(desk, "breach")] == [True]
            wait_until(lambda: "set forward by" in daemon.log, 20, "the step is logged")
            clock.set("+0")
            wait_until(lambda: "set back by" in daemon.log, 20, "the step back is logged")
            assert len(events(desk, "breach")) == 1
            assert [event["level"] for event in events(desk, "warn")] == ["breach"]
        assert daemon.terminate() == 0
