"""Process journal rows in one thread. It pauses while many senders wait for their SMTP reply (250)."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from deskctl.daemon.backoff import delay
from deskctl.daemon.supervisor import Service, ServiceState
from deskctl.desk.intake import BATCH_BYTES, BATCH_ROWS, Commit, Intake
from deskctl.desk.ports import Journal
from deskctl.errors import Unavailable

if TYPE_CHECKING:
    from deskctl.core.operations.views import ServiceHealth

log = logging.getLogger("deskctl.daemon.journal")


class Traffic:
    """Measures whether messages arrive so fast that parsing would slow down their senders."""

    #: This many messages within this many seconds count as busy. The number is low so that a slow machine reaches it
    #: too: its senders need the pause most.
    BUSY_COUNT, BUSY_SECONDS = 10, 0.5
    #: After this many seconds without a message the senders have finished.
    LAST_SECONDS = 0.1
    #: A message within this many seconds counts as active. A slow machine receives less than one per second.
    ACTIVE_SECONDS = 3.0

    def __init__(self) -> None:
        self._arrivals: deque[float] = deque(maxlen=self.BUSY_COUNT)

    def arrived(self) -> None:
        self._arrivals.append(time.monotonic())

    @property
    def active(self) -> bool:
        """True if messages arrive at all, also if there are few of them."""
        return bool(self._arrivals) and time.monotonic() - self._arrivals[-1] < self.ACTIVE_SECONDS

    @property
    def busy(self) -> bool:
        arrivals = self._arrivals
        if len(arrivals) < self.BUSY_COUNT:
            return False
        now = time.monotonic()
        return now - arrivals[0] < self.BUSY_SECONDS and now - arrivals[-1] < self.LAST_SECONDS


class JournalWorker:
    """Processes journal rows in a thread. Rows are on disk, so a pause costs only time."""

    #: While senders are busy, a batch occupies the writer for about this many seconds, because their replies wait for
    #: it. It has a minimum of rows, because each batch also costs the same time for any number of rows.
    BUSY_BATCH_SECONDS, MIN_ROWS = 0.006, 4
    #: The pause before the next batch while senders are busy: a multiple of the time of the last batch, with a maximum
    #: in seconds. It is proportional, so that receiving and processing share a slow machine like a fast one.
    PAUSE_FACTOR, MAX_PAUSE = 3.0, 1.5

    def __init__(self, journal: Journal, intake: Intake, traffic: Traffic, poll_interval: float | None = None) -> None:
        """`poll_interval`: seconds between checks of a journal that other processes write to; None: wait for `wake`."""
        self._journal = journal
        self._intake = intake
        self._traffic = traffic
        self._poll_interval = poll_interval
        self._wake_event = threading.Event()
        self._stopping = threading.Event()
        self._took = 0.0  # seconds between the last two batches
        self._failures = 0
        self._service = Service("journal", _runs_in_a_thread)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def health(self) -> ServiceHealth:
        return self._service.health()

    def start(self) -> None:
        self._service.set_state(ServiceState.RUNNING)
        self._wake_event.set()  # process the rows of an earlier process
        self._thread.start()

    def stop(self, within: float) -> bool:
        """Finish the current batch. Return True if it ended within the given seconds."""
        self._stopping.set()
        self._wake_event.set()
        self._thread.join(within)
        return not self._thread.is_alive()

    def wake(self) -> None:
        """Process new rows now."""
        self._wake_event.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake_event.wait(self._poll_interval)
            self._wake_event.clear()
            try:
                self._process_all()
            except Unavailable as error:
                self._back_off(error)
            except Exception as error:
                log.exception("processing the journal failed")
                self._back_off(error)

    def _process_all(self) -> None:
        """Process all waiting rows. While the writer writes one batch, this thread parses the next."""
        commit: Commit | None = None
        try:
            while not self._stopping.is_set():
                self._yield_to_senders()
                began = time.monotonic()
                rows = self._journal.waiting(self._max_rows(), BATCH_BYTES, commit.last if commit is not None else 0)
                if commit is None and not rows:
                    return
                if commit is not None and not (rows and self._intake.can_prepare(rows)):
                    finished, commit = commit, None
                    self._finish(finished)
                    continue  # the next rows may be others now
                if self._stopping.is_set():
                    return
                batch = self._intake.prepare(rows)
                if commit is not None:
                    finished, commit = commit, None
                    self._finish(finished)
                commit = self._intake.start(batch)
                self._took = time.monotonic() - began
        finally:
            if commit is not None:  # its rows must not be read again before it ends
                self._finish(commit)

    def _finish(self, commit: Commit) -> None:
        self._intake.finish(commit)
        if self._failures:
            self._failures, self._service.last_error = 0, None
            self._service.set_state(ServiceState.RUNNING)

    def _max_rows(self) -> int:
        if not self._traffic.busy:
            return BATCH_ROWS
        return min(max(int(self.BUSY_BATCH_SECONDS / self._intake.seconds_per_row), self.MIN_ROWS), BATCH_ROWS)

    def _yield_to_senders(self) -> None:
        until = time.monotonic() + min(self._took * self.PAUSE_FACTOR, self.MAX_PAUSE)
        while self._traffic.busy and time.monotonic() < until and not self._stopping.is_set():
            self._stopping.wait(min(0.02, max(until - time.monotonic(), 0.0)))

    def _back_off(self, error: Exception) -> None:
        """Wait after an error of the store or of the worker itself. No row counts as failed."""
        self._failures += 1
        self._service.last_error = str(error)
        self._service.restarts += 1
        self._service.set_state(ServiceState.BACKOFF)
        seconds = min(delay(self._failures, 0.0), 30.0)
        log.warning("processing of the journal is retried in %g s: %s", seconds, type(error).__name__)
        self._stopping.wait(seconds)
        self._wake_event.set()


async def _runs_in_a_thread() -> None:
    """Do nothing: the worker runs in a thread, and only its health is reported like that of a service."""
