"""The writer thread. It runs all writes in order of priority; deliveries that wait share one commit."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeVar

from deskctl.core.intake.journal import JournalEntry, PreparedEntry
from deskctl.desk.ports import Journal
from deskctl.errors import Unavailable

log = logging.getLogger("deskctl.daemon.writer")

T = TypeVar("T")


class WritePriority(IntEnum):
    """The priority of a write if several are waiting."""

    COMMAND = 0  # an agent waits at the terminal
    DELIVER = 1  # a mail server waits for its reply (250)
    INTERNAL = 2  # writes of the daemon itself: outbox, timers, cursors
    INTAKE = 3  # batches of the journal


#: Seconds after which a waiting write goes first, so that no write starves. At most every second write is chosen by
#: this rule, so that overdue writes cannot block the others.
MAX_WAIT = {
    WritePriority.COMMAND: 0.1,
    WritePriority.DELIVER: 0.25,
    WritePriority.INTERNAL: 0.1,
    WritePriority.INTAKE: 0.5,
}
#: The limits of one shared commit. The writer does not wait for more deliveries: a single one commits at once, and
#: others collect during its commit.
GROUP_BYTES = 4 * 1024 * 1024
GROUP_ROWS = 500

#: A callback for the result of a delivery: for each entry True if it is new, or the error.
OnResult = Callable[[list[bool] | BaseException], None]


@dataclass(slots=True)
class _Write:
    work: Callable[[], Any]
    future: Future[Any]
    since: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class _Delivery:
    entries: Sequence[JournalEntry | PreparedEntry]
    on_result: OnResult
    loop: asyncio.AbstractEventLoop | None  # the loop in which to call `on_result`; None: in the writer thread
    size: int
    since: float = field(default_factory=time.monotonic)


class Stopped(Unavailable):
    """The daemon is stopping and accepts no more writes."""


class Writer:
    """Runs writes in one thread. Start and stop it once; the other methods can be called in any thread."""

    def __init__(self, journal: Journal, delivered: Callable[[], None] = lambda: None) -> None:
        """`delivered` is called in the writer thread when there are new journal rows."""
        self._journal = journal
        self._delivered = delivered
        self._waiting: dict[WritePriority, deque[Any]] = {priority: deque() for priority in WritePriority}
        self._changed = threading.Condition()
        self._stopping = False
        self._by_rank = False
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the waiting writes and end the thread. Later writes raise Stopped."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def busy_for(self) -> float:
        """The seconds that the current write has taken so far."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def submit(self, priority: WritePriority, work: Callable[[], T]) -> Future[T]:
        """Run `work` in the writer thread."""
        future: Future[T] = Future()
        self._put(priority, _Write(work, future))
        return future

    def run(self, priority: WritePriority, work: Callable[[], T]) -> T:
        """Run `work` in the writer thread and wait for it. Must not be called in the writer thread."""
        return self.submit(priority, work).result()

    async def call(self, priority: WritePriority, work: Callable[[], T]) -> T:
        """Run `work` in the writer thread and await it."""
        return await asyncio.wrap_future(self.submit(priority, work))

    def deliver_blocking(self, entries: Sequence[JournalEntry]) -> list[bool]:
        """Write journal entries and wait until they are durable. Raises the errors of the store.

        The calling thread compresses them, so that the writer thread is free for others meanwhile.
        """
        prepared = self._journal.prepare(entries)
        future: Future[list[bool]] = Future()

        def settled(answer: list[bool] | BaseException) -> None:
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)

        self._put(WritePriority.DELIVER, _Delivery(prepared, settled, None, _size(entries)))
        return future.result()

    async def deliver(self, entry: JournalEntry) -> bool:
        """Write one journal entry and await it. The coroutines of a shared commit are resumed together."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()

        def settled(answer: list[bool] | BaseException) -> None:
            if future.done():  # the caller was cancelled
                return
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer[0])

        self._put(WritePriority.DELIVER, _Delivery((entry,), settled, loop, len(entry.raw)))
        return await future

    # --- the writer thread ------------------------------------------------------------------------

    def _put(self, priority: WritePriority, item: _Write | _Delivery) -> None:
        with self._changed:
            if self._stopping:
                raise Stopped("the daemon is stopping", "try again in a moment")
            self._waiting[priority].append(item)
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while (priority := self._next_turn()) is None:
                    if self._stopping:
                        return
                    self._changed.wait()
                items: list[Any] = (
                    self._group() if priority is WritePriority.DELIVER else [self._waiting[priority].popleft()]
                )
            self._busy_since = time.monotonic()
            if priority is WritePriority.DELIVER:
                self._append(items)
            else:
                _do(items[0])
            self._busy_since = None

    def _next_turn(self) -> WritePriority | None:
        waiting = [priority for priority in WritePriority if self._waiting[priority]]
        if not waiting:
            return None
        self._by_rank = not self._by_rank
        if self._by_rank:
            return waiting[0]
        now = time.monotonic()
        overdue = {priority: now - self._waiting[priority][0].since - MAX_WAIT[priority] for priority in waiting}
        most = max(waiting, key=lambda priority: overdue[priority])
        return most if overdue[most] > 0 else waiting[0]

    def _group(self) -> list[_Delivery]:
        queue: deque[_Delivery] = self._waiting[WritePriority.DELIVER]
        group = [queue.popleft()]
        size, rows = group[0].size, len(group[0].entries)
        while queue and size + queue[0].size <= GROUP_BYTES and rows + len(queue[0].entries) <= GROUP_ROWS:
            group.append(queue.popleft())
            size += group[-1].size
            rows += len(group[-1].entries)
        return group

    def _append(self, group: list[_Delivery]) -> None:
        entries = [entry for delivery in group for entry in delivery.entries]
        try:
            new = self._journal.append(entries)
        except Unavailable as error:
            _settle([(delivery, error) for delivery in group])
            return
        except Exception as error:
            if len(group) == 1:
                log.exception("writing a delivery to the journal failed")
                _settle([(group[0], error)])
                return
            for delivery in group:  # one of them caused the error; the others must not fail with it
                self._append([delivery])
            return
        answers: list[tuple[_Delivery, list[bool] | BaseException]] = []
        start = 0
        for delivery in group:
            answers.append((delivery, new[start : start + len(delivery.entries)]))
            start += len(delivery.entries)
        _settle(answers)
        if any(new):
            self._delivered()


def _do(write: _Write) -> None:
    if not write.future.set_running_or_notify_cancel():
        return
    try:
        result = write.work()
    except BaseException as error:  # noqa: BLE001 - the caller gets the error; the thread continues
        write.future.set_exception(error)
    else:
        write.future.set_result(result)


def _settle(answers: list[tuple[_Delivery, list[bool] | BaseException]]) -> None:
    """Pass the results to the callers. Each event loop gets one call for all of its callers."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Delivery, list[bool] | BaseException]]] = {}
    for delivery, answer in answers:
        if delivery.loop is None:
            delivery.on_result(answer)
        else:
            by_loop.setdefault(delivery.loop, []).append((delivery, answer))
    for loop, deliveries in by_loop.items():
        try:
            loop.call_soon_threadsafe(_report_results, deliveries)
        except RuntimeError:  # the loop is closed; the rows are durable, and a second delivery is recognised
            log.debug("the callers of %d deliveries have gone", len(deliveries))


def _report_results(answers: list[tuple[_Delivery, list[bool] | BaseException]]) -> None:
    for delivery, answer in answers:
        delivery.on_result(answer)


def _size(entries: Sequence[JournalEntry]) -> int:
    return sum(len(entry.raw) for entry in entries)
