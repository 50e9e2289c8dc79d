"""Run services independently of each other. A service that fails is restarted, with a longer wait each time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from deskctl import errors
from deskctl.core.operations.views import ServiceHealth
from deskctl.daemon.backoff import FORGIVEN_AFTER, LONGEST, delay
from deskctl.i18n import _
from deskctl.plugins.channel import AuthFailed, StoreUnavailable, Unavailable

log = logging.getLogger("deskctl.daemon.supervisor")


class ServiceState(StrEnum):
    """The state of a service. STOPPED: it failed permanently, or the daemon is stopping."""

    RUNNING = "running"
    BACKOFF = "backoff"
    STOPPED = "stopped"
    OFF = "off"


@dataclass(slots=True)
class Service:
    """A coroutine that runs until it is cancelled.

    `owner` is named in the log after a crash (a plugin, for example). `longest` is the longest wait after a failure, in
    seconds. `started` is set when the service has started or failed. A service that `listens` has started when
    `Supervisor.mark_started` is called, any other when it runs.
    """

    name: str
    run: Callable[[], Awaitable[None]]
    owner: str = "deskctl"
    longest: float = LONGEST
    listens: bool = False
    started: asyncio.Event = field(default_factory=asyncio.Event)
    state: ServiceState = ServiceState.OFF
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    restarts: int = 0
    last_error: str | None = None

    def set_state(self, state: ServiceState) -> None:
        self.state, self.since = state, datetime.now(UTC)
        if state is not ServiceState.RUNNING or not self.listens:
            self.started.set()

    def health(self) -> ServiceHealth:
        since = self.since.isoformat(timespec="seconds").replace("+00:00", "Z")
        return ServiceHealth(
            name=self.name, state=self.state.value, since=since, restarts=self.restarts, last_error=self.last_error
        )


class Supervisor:
    """Starts services and keeps them running. Call `stop` once at the end."""

    def __init__(self, jitter: Callable[[], float] = random.random) -> None:
        self.services: dict[str, Service] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._jitter = jitter
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, service: Service) -> None:
        self._loop = asyncio.get_running_loop()
        self.services[service.name] = service
        self._tasks[service.name] = asyncio.create_task(self._keep(service), name=service.name)

    def mark_started(self, name: str) -> None:
        """Record that a service which listens accepts connections. Can be called in any thread."""
        if (service := self.services.get(name)) is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(service.started.set)

    async def wait_started(self, within: float) -> list[str]:
        """Wait until each service has started or failed. Return the names of those that did neither."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                for service in self.services.values():
                    await service.started.wait()
        return [name for name, service in self.services.items() if not service.started.is_set()]

    def restart(self, name: str) -> bool:
        """Restart a service that stopped permanently, after its repair. Return False if it was not stopped."""
        service = self.services.get(name)
        if service is None or service.state is not ServiceState.STOPPED or self._stopping:
            return False
        self.start(service)
        return True

    def disable_restarts(self) -> None:
        """Do not restart services any more, even after they are cancelled from outside."""
        self._stopping = True

    def stopping(self) -> bool:
        return self._stopping

    async def stop(self, within: float) -> list[str]:
        """Cancel all services. Return the names of those that did not end within the given seconds."""
        self._stopping = True
        for task in self._tasks.values():
            task.cancel()
        if not self._tasks:
            return []
        _, hanging = await asyncio.wait(self._tasks.values(), timeout=within)
        for service in self.services.values():
            service.set_state(ServiceState.STOPPED)
        return sorted(task.get_name() for task in hanging)

    async def _keep(self, service: Service) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while not self.stopping():
            service.set_state(ServiceState.RUNNING)
            started = loop.time()
            try:
                await service.run()
                raise Unavailable(_("it ended unexpectedly"))
            except AuthFailed as error:
                service.last_error = _error_line(error)
                service.set_state(ServiceState.STOPPED)
                log.error("%s stops: %s", service.name, _error_line(error))
                return
            except (Unavailable, StoreUnavailable, errors.Unavailable) as error:
                service.last_error = _error_line(error)
            except asyncio.CancelledError:
                if self.stopping():
                    return
                service.last_error = "it cancelled itself"
            except BaseException as error:  # a plugin may even call sys.exit; other services continue
                service.last_error = _error_line(error)
                log.exception("%s crashed because of an error in %s", service.name, service.owner)
            failures = 1 if loop.time() - started > FORGIVEN_AFTER else failures + 1
            service.restarts += 1
            service.set_state(ServiceState.BACKOFF)
            seconds = min(service.longest, delay(failures, self._jitter()))
            log.warning("%s restarts in %.1f s: %s", service.name, seconds, service.last_error)
            try:
                await asyncio.sleep(seconds)
            except asyncio.CancelledError:
                return


def _error_line(error: BaseException) -> str:
    if isinstance(error, errors.DeskctlError):
        return f"{error.what} ({error.hint})" if error.hint else error.what
    first = (str(error).splitlines() or [""])[0][:200]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
