"""Services run and fail independently of each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from deskctl.daemon.supervisor import Service, ServiceState, Supervisor
from deskctl.plugins.channel import AuthFailed, Unavailable


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


def failing(times: int, error: BaseException) -> tuple[Callable[[], Awaitable[None]], list[float]]:
    """Return a service that fails the given number of times and then runs, and the list of its start times."""
    starts: list[float] = []

    async def run() -> None:
        starts.append(asyncio.get_running_loop().time())
        if len(starts) <= times:
            raise error
        await asyncio.Event().wait()

    return run, starts


async def test_failed_service_restarts_with_longer_waits(caplog: object) -> None:
    supervisor = Supervisor(jitter=lambda: 0.0)
    run, starts = failing(3, Unavailable("nobody answers"))
    service = Service("mail", run, longest=0.04)
    supervisor.start(service)
    await until(lambda: len(starts) == 4)
    assert (service.state, service.restarts, service.last_error) == (ServiceState.RUNNING, 3, "nobody answers")
    assert await supervisor.stop(5) == []


async def test_service_with_a_refused_password_does_not_restart() -> None:
    supervisor = Supervisor()
    run, starts = failing(1, AuthFailed("the password is wrong", "change it"))
    service = Service("mail", run, longest=0.0)
    supervisor.start(service)
    await until(lambda: service.state is ServiceState.STOPPED)
    await asyncio.sleep(0)
    assert (len(starts), service.last_error) == (1, "the password is wrong (change it)")
    await supervisor.stop(5)


async def test_system_exit_of_a_service_does_not_end_the_process() -> None:
    supervisor = Supervisor()
    run, starts = failing(2, SystemExit("all of you"))
    other, others = failing(0, ValueError())
    supervisor.start(Service("bad", run, longest=0.01))
    supervisor.start(Service("good", other))
    await until(lambda: len(starts) == 3)
    assert len(others) == 1
    assert supervisor.services["good"].state is ServiceState.RUNNING
    await supervisor.stop(5)


async def test_service_that_cancels_itself_restarts() -> None:
    supervisor = Supervisor()
    run, starts = failing(1, asyncio.CancelledError())
    supervisor.start(Service("odd", run, longest=0.0))
    await until(lambda: len(starts) == 2)
    await supervisor.stop(5)


async def test_stop_returns_services_that_do_not_end() -> None:
    supervisor = Supervisor()
    let_go = asyncio.Event()

    async def ignore_cancellation() -> None:
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue

    supervisor.start(Service("stubborn", ignore_cancellation))
    await until(lambda: supervisor.services["stubborn"].state is ServiceState.RUNNING)
    await asyncio.sleep(0)
    assert await supervisor.stop(0.05) == ["stubborn"]
    let_go.set()


async def test_cancelled_service_does_not_restart_after_disable_restarts() -> None:
    """A daemon whose main task fails must end, not continue with services that restart."""
    supervisor = Supervisor(jitter=lambda: 0.0)
    run, starts = failing(0, Unavailable(""))
    supervisor.start(Service("mail", run, longest=0.01))
    await until(lambda: len(starts) == 1)
    [task] = [task for task in asyncio.all_tasks() if task.get_name() == "mail"]
    supervisor.disable_restarts()
    task.cancel()
    await asyncio.wait([task], timeout=5)
    assert task.done()
    assert len(starts) == 1
