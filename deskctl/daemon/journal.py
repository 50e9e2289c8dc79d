"""Works the journal off: one thread that wakes for new rows and gives way while senders wait for their 250."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque

from deskctl.daemon.backoff import delay
from deskctl.desk.intake import BATCH_BYTES, BATCH_ROWS, Intake
from deskctl.desk.ports import Journal
from deskctl.errors import Unavailable

log = logging.getLogger("deskctl.daemon.journal")


class Traffic:
    """Whether messages are being delivered so fast that parsing would slow their senders down."""

    #: This many within this many seconds are a rush.
    RUSH, WITHIN = 10, 0.1

    def __init__(self) -> None:
        self._arrivals: deque[float] = deque(maxlen=self.RUSH)

    def arrived(self) -> None:
        self._arrivals.append(time.monotonic())

    @property
    def rush(self) -> bool:
        arrivals = self._arrivals
        return len(arrivals) == self.RUSH and time.monotonic() - arrivals[0] < self.WITHIN


class JournalWorker:
    """Rows wait on disk, so giving way costs nothing but time: at most MOST_ROWS, MOST_BYTES and LONGEST seconds."""

    MOST_ROWS = 20_000
    MOST_BYTES = 256 * 1024 * 1024
    LONGEST = 30.0
    #: Once something has waited for LONGEST: seconds of giving way between two batches.
    SHORT = 0.2

    def __init__(self, journal: Journal, intake: Intake, traffic: Traffic, look_again: float | None = None) -> None:
        """`look_again`: seconds between looks at the journal where others write to it too; None: never unasked."""
        self._journal = journal
        self._intake = intake
        self._traffic = traffic
        self._look_again = look_again
        self._rows = 0
        self._bytes = 0
        self._something = threading.Event()
        self._stopping = threading.Event()
        self._failures = 0
        self.last_error: str | None = None
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        self._something.set()  # what an earlier process left
        self._thread.start()

    def stop(self, within: float) -> bool:
        """Finish the batch at hand; whether that worked within so many seconds."""
        self._stopping.set()
        self._something.set()
        self._thread.join(within)
        return not self._thread.is_alive()

    def delivered(self, rows: int, size: int) -> None:
        """New rows are in the journal."""
        self._rows += rows
        self._bytes += size
        self._something.set()

    def wake(self) -> None:
        """Rows may wait that nobody delivered: a person put one back in line."""
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
        rushed_since: float | None = None
        while not self._stopping.is_set():
            rushed_since = self._give_way(rushed_since)
            rows = self._journal.waiting(BATCH_ROWS, BATCH_BYTES)
            if not rows:
                self._rows = self._bytes = 0
                return
            if self._stopping.is_set():
                return
            self._intake.work_off(rows)
            self._rows = max(0, self._rows - len(rows))
            self._bytes = max(0, self._bytes - sum(len(row.raw) for row in rows))
            self._failures, self.last_error = 0, None

    def _give_way(self, since: float | None) -> float | None:
        """Wait out a rush, within limits. When it began, None once it is over."""
        began = time.monotonic()
        while self._traffic.rush and not self._stopping.is_set():
            now = time.monotonic()
            since = now if since is None else since
            overdue = now - since > self.LONGEST or self._rows > self.MOST_ROWS or self._bytes > self.MOST_BYTES
            if now - began > (self.SHORT if overdue else self.LONGEST):
                return since
            self._stopping.wait(0.02)
        return None if not self._traffic.rush else since

    def _wait_after(self, error: Exception) -> None:
        """The store's fault, or ours: no row is to blame, and all of them wait."""
        self._failures += 1
        self.last_error = str(error)
        seconds = min(delay(self._failures, 0.0), 30.0)
        log.warning("the journal waits %g s: %s", seconds, type(error).__name__)
        self._stopping.wait(seconds)
        self._something.set()
