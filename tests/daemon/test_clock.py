"""The wall clock is set while the daemon runs: what is due is noticed, and nothing waits too long."""

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

from deskctl.core.commands.levels import AddPolicy
from deskctl.core.queries.tickets import ListTickets, ShowTicket
from deskctl.daemon.clock import ClockAlarm, WallClock
from deskctl.daemon.wakeup import LOOK, Wakeup
from deskctl.desk.remote import RemoteDesk
from tests.daemon.conftest import MakeDesk
from tests.daemon.running import add_agent, running
from tests.servers.faketime import SetClock
from tests.servers.waiting import wait_until

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class _NoWaiting(selectors.DefaultSelector):
    """Instead of waiting for a time, it lets it pass."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found and timeout:
            self.passed += timeout
        return found


class FastLoop(asyncio.SelectorEventLoop):
    """A loop in which an hour passes at once. The wall clock is `steps` (at, by) off, in seconds."""

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
def test_a_moment_is_noticed_soon_after_the_clock_shows_it_and_never_before(
    steps: list[tuple[float, float]], after: float
) -> None:
    loop = FastLoop(steps)
    until = BEGAN + timedelta(seconds=after)

    async def work() -> None:
        wakeup, clock = Wakeup(loop.clock()), loop
        while True:
            await wakeup.wait(until, 3600)
            if clock.wall() >= until:
                break
        late = (clock.wall() - until).total_seconds()
        jumps = [by for at, by in steps if loop.time() - LOOK - 1 <= at <= loop.time()]
        assert late <= 1 or late <= sum(map(abs, jumps)) + LOOK + 1
        if late > 1:
            # Only a step can have put it into the past, and that was less than a look ago.
            assert jumps

    run(loop, work)


@pytest.mark.parametrize("by", [10_800.0, 5.0, -10_800.0, 0.5])
def test_a_step_is_told_once_with_its_length(by: float) -> None:
    loop = FastLoop([(100.0, by)])
    told: list[float] = []

    async def work() -> None:
        clock = loop.clock()
        clock.stepped = told.append
        await Wakeup(clock).wait(BEGAN + timedelta(seconds=50_000), 200)

    run(loop, work)
    assert told == pytest.approx([by] if abs(by) >= 1 else [])


def test_what_drifts_slowly_is_no_step() -> None:
    told: list[float] = []
    passed = 0.0
    clock = WallClock(lambda: BEGAN + timedelta(seconds=passed * 1.01), lambda: passed)
    clock.stepped = told.append
    for _ in range(1000):
        passed += 10
        clock.look()
    assert told == []


def test_those_who_wait_look_at_the_same_time_and_nobody_looks_who_waits_for_no_moment() -> None:
    loop = FastLoop([])
    looks: list[float] = []

    async def work() -> None:
        def wakeup() -> Wakeup:
            class Watched(WallClock):
                def look(self) -> None:
                    looks.append(loop.time())
                    super().look()

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


def test_the_system_tells_when_the_clock_is_set() -> None:
    """Setting it takes root and a machine of one's own: here it is only armed."""

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


def test_a_breach_fires_within_seconds_of_a_step_of_the_clock_and_once(desk_with: MakeDesk, tmp_path: Path) -> None:
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
