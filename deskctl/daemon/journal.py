"""Works the journal off: one thread that wakes for new rows and gives way while senders wait for their 250."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque

from deskctl.core.queries.answers import ServiceHealth
from deskctl.daemon.backoff import delay
from deskctl.daemon.supervisor import Service, ServiceState
from deskctl.desk.intake import BATCH_BYTES, BATCH_ROWS, Intake
from deskctl.desk.ports import Journal
from deskctl.errors import Unavailable

log = logging.getLogger("deskctl.daemon.journal")


class Traffic:
    """Whether messages are being delivered so fast that parsing would slow their senders down."""

    #: This many within this many seconds are a rush. Few enough that a busy machine, too, has its rushes: there
    #: senders need most that the worker gives way.
    RUSH, WITHIN = 10, 0.5

    def __init__(self) -> None:
        self._arrivals: deque[float] = deque(maxlen=self.RUSH)

    def arrived(self) -> None:
        self._arrivals.append(time.monotonic())

    @property
    def rush(self) -> bool:
        arrivals = self._arrivals
        return len(arrivals) == self.RUSH and time.monotonic() - arrivals[0] < self.WITHIN


class JournalWorker:
    """Rows wait on disk, so giving way costs nothing but time."""

    #: How long a rush keeps the next batch waiting, in times of the batch before it, and the bounds in seconds. In
    #: proportion, so that receiving and working off share a slow machine as they share a fast one.
    GIVE_WAY, AT_LEAST, AT_MOST = 1.0, 0.1, 1.5

    def __init__(self, journal: Journal, intake: Intake, traffic: Traffic, look_again: float | None = None) -> None:
        """`look_again`: seconds between looks at the journal where others write to it too; None: never unasked."""
        self._journal = journal
        self._intake = intake
        self._traffic = traffic
        self._look_again = look_again
        self._something = threading.Event()
        self._stopping = threading.Event()
        self._took = 0.0  # seconds, the last batch
        self._failures = 0
        self._service = Service("journal", _in_its_thread)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def health(self) -> ServiceHealth:
        return self._service.health()

    def start(self) -> None:
        self._service.becomes(ServiceState.RUNNING)
        self._something.set()  # what an earlier process left
        self._thread.start()

    def stop(self, within: float) -> bool:
        """Finish the batch at hand; whether that worked within so many seconds."""
        self._stopping.set()
        self._something.set()
        self._thread.join(within)
        return not self._thread.is_alive()

    def wake(self) -> None:
        """There are rows to work off."""
        self._something.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._something.wait(self._look_again)
            self._something.clear()
            try:
                self._work_off_all()
            except Unavailable as error:
                self._wait_after(error)
            except Exception as error:
                log.exception("the journal could not be worked off")
                self._wait_after(error)

    def _work_off_all(self) -> None:
        while not self._stopping.is_set():
            self._give_way()
            rows = self._journal.waiting(BATCH_ROWS, BATCH_BYTES)
            if not rows or self._stopping.is_set():
                return
            began = time.monotonic()
            self._intake.process(rows)
            self._took = time.monotonic() - began
            if self._failures:
                self._failures, self._service.last_error = 0, None
                self._service.becomes(ServiceState.RUNNING)

    def _give_way(self) -> None:
        until = time.monotonic() + min(max(self._took * self.GIVE_WAY, self.AT_LEAST), self.AT_MOST)
        while self._traffic.rush and time.monotonic() < until and not self._stopping.is_set():
            self._stopping.wait(0.02)

    def _wait_after(self, error: Exception) -> None:
        """The store's fault, or ours: no row is to blame, and all of them wait."""
        self._failures += 1
        self._service.last_error = str(error)
        self._service.restarts += 1
        self._service.becomes(ServiceState.BACKOFF)
        seconds = min(delay(self._failures, 0.0), 30.0)
        log.warning("the journal waits %g s: %s", seconds, type(error).__name__)
        self._stopping.wait(seconds)
        self._something.set()


async def _in_its_thread() -> None:
    """The worker is no task of the loop; only its health is told like a service's."""
