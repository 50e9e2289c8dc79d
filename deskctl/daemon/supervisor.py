"""Keeps services running, each apart from the others: what fails is tried again, waiting longer each time."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from deskctl import errors
from deskctl.core.operations.views import ServiceHealth
from deskctl.daemon.backoff import FORGIVEN_AFTER, LONGEST, delay
from deskctl.plugins.channel import AuthFailed, StoreUnavailable, Unavailable

log = logging.getLogger("deskctl.daemon.supervisor")


class ServiceState(StrEnum):
    RUNNING = "running"
    BACKOFF = "backoff"
    STOPPED = "stopped"
    OFF = "off"


@dataclass(slots=True)
class Service:
    """Something that runs until it is cancelled.

    `owner` is whom a crash is reported against (a plugin). `longest`: seconds, the longest wait after a failure.
    """

    name: str
    run: Callable[[], Awaitable[None]]
    owner: str = "deskctl"
    longest: float = LONGEST
    state: ServiceState = ServiceState.OFF
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    restarts: int = 0
    last_error: str | None = None

    def becomes(self, state: ServiceState) -> None:
        self.state, self.since = state, datetime.now(UTC)

    def health(self) -> ServiceHealth:
        since = self.since.isoformat(timespec="seconds").replace("+00:00", "Z")
        return ServiceHealth(
            name=self.name, state=self.state.value, since=since, restarts=self.restarts, last_error=self.last_error
        )


class Supervisor:
    """Start services, then `stop` once."""

    def __init__(self, jitter: Callable[[], float] = random.random) -> None:
        self.services: dict[str, Service] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._jitter = jitter
        self._stopping = False

    def start(self, service: Service) -> None:
        self.services[service.name] = service
        self._tasks[service.name] = asyncio.create_task(self._keep(service), name=service.name)

    def again(self, name: str) -> bool:
        """Begin again with a service that stopped for good, once a person has mended it; whether it had."""
        service = self.services.get(name)
        if service is None or service.state is not ServiceState.STOPPED or self._stopping:
            return False
        self.start(service)
        return True

    def no_more(self) -> None:
        """From now on nothing is started again: whatever cancels a service means it."""
        self._stopping = True

    def stopping(self) -> bool:
        return self._stopping

    async def stop(self, within: float) -> list[str]:
        """Cancel everything; the names of what did not end within so many seconds."""
        self._stopping = True
        for task in self._tasks.values():
            task.cancel()
        if not self._tasks:
            return []
        _, hanging = await asyncio.wait(self._tasks.values(), timeout=within)
        for service in self.services.values():
            service.becomes(ServiceState.STOPPED)
        return sorted(task.get_name() for task in hanging)

    async def _keep(self, service: Service) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while not self.stopping():
            service.becomes(ServiceState.RUNNING)
            started = loop.time()
            try:
                await service.run()
                raise Unavailable("it ended by itself")
            except AuthFailed as error:
                service.last_error = _words(error)
                service.becomes(ServiceState.STOPPED)
                log.error("%s stops: %s", service.name, _words(error))
                return
            except (Unavailable, StoreUnavailable, errors.Unavailable) as error:
                service.last_error = _words(error)
            except asyncio.CancelledError:
                if self.stopping():
                    return
                service.last_error = "it cancelled itself"
            except BaseException as error:  # a plugin may even call sys.exit; the others go on
                service.last_error = _words(error)
                log.exception("%s crashed; the fault is in %s", service.name, service.owner)
            failures = 1 if loop.time() - started > FORGIVEN_AFTER else failures + 1
            service.restarts += 1
            service.becomes(ServiceState.BACKOFF)
            seconds = min(service.longest, delay(failures, self._jitter()))
            log.warning("%s is tried again in %.1f s: %s", service.name, seconds, service.last_error)
            try:
                await asyncio.sleep(seconds)
            except asyncio.CancelledError:
                return


def _words(error: BaseException) -> str:
    if isinstance(error, errors.DeskctlError):
        return f"{error.what} ({error.hint})" if error.hint else error.what
    first = (str(error).splitlines() or [""])[0][:200]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
