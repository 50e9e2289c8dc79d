"""The one thread that writes: who waits goes by priority, and what is delivered shares commits."""

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

from deskctl.core.journal import JournalEntry
from deskctl.desk.ports import Journal
from deskctl.errors import Unavailable

log = logging.getLogger("deskctl.daemon.writer")

T = TypeVar("T")


class WritePriority(IntEnum):
    """Whose write goes first when several wait."""

    COMMAND = 0  # an agent looks at the screen
    DELIVER = 1  # a server waits for its 250
    INTERNAL = 2  # the desk's own: outbox, timers, cursors
    INTAKE = 3  # batches of the journal


#: Seconds after which a write goes first, whatever else waits: nobody starves. Every other priority at most, so that
#: those who are overdue cannot keep the others out in their priority.
PATIENCE = {
    WritePriority.COMMAND: 0.1,
    WritePriority.DELIVER: 0.25,
    WritePriority.INTERNAL: 0.1,
    WritePriority.INTAKE: 0.5,
}
#: What shares one commit at most. There is no waiting for company: a lone delivery commits at once, and
#: while it does the next ones gather.
GROUP_BYTES = 4 * 1024 * 1024
GROUP_ROWS = 500

#: Hears what became of entries: where they are new, or why they are not durable.
Settled = Callable[[list[bool] | BaseException], None]


@dataclass(slots=True)
class _Write:
    work: Callable[[], Any]
    future: Future[Any]
    since: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class _Delivery:
    entries: Sequence[JournalEntry]
    settled: Settled
    loop: asyncio.AbstractEventLoop | None  # where `settled` is to be called; None: in the writer's thread
    size: int
    since: float = field(default_factory=time.monotonic)


class Stopped(Unavailable):
    """The daemon is stopping and takes no more writes."""


class Writer:
    """Start it once, stop it once; everything between is safe from any thread."""

    def __init__(self, journal: Journal, delivered: Callable[[], None] = lambda: None) -> None:
        """`delivered` is called when there are new journal rows, in the writer's thread."""
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
        """Finish what waits and end. Later writes are refused with Stopped."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def busy_for(self) -> float:
        """Seconds that the present write has taken so far."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def submit(self, priority: WritePriority, work: Callable[[], T]) -> Future[T]:
        """Have `work` done in the writer's thread."""
        future: Future[T] = Future()
        self._put(priority, _Write(work, future))
        return future

    def run(self, priority: WritePriority, work: Callable[[], T]) -> T:
        """The same, waiting for it; never from the writer's own thread."""
        return self.submit(priority, work).result()

    async def call(self, priority: WritePriority, work: Callable[[], T]) -> T:
        """The same for coroutines."""
        return await asyncio.wrap_future(self.submit(priority, work))

    def deliver_blocking(self, entries: Sequence[JournalEntry]) -> list[bool]:
        """Journal entries; durable when it returns. Raises what the store raises."""
        future: Future[list[bool]] = Future()

        def settled(answer: list[bool] | BaseException) -> None:
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)

        self._put(WritePriority.DELIVER, _Delivery(entries, settled, None, _size(entries)))
        return future.result()

    async def deliver(self, entry: JournalEntry) -> bool:
        """The same for one entry, from a coroutine. A group's coroutines are woken together."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()

        def settled(answer: list[bool] | BaseException) -> None:
            if future.done():  # whoever delivered it has gone
                return
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer[0])

        self._put(WritePriority.DELIVER, _Delivery((entry,), settled, loop, len(entry.raw)))
        return await future

    # --- the writer's thread ----------------------------------------------------------------------

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
        overdue = {priority: now - self._waiting[priority][0].since - PATIENCE[priority] for priority in waiting}
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
                log.exception("a delivery could not be journalled")
                _settle([(group[0], error)])
                return
            for delivery in group:  # one of them is to blame; the others shall not suffer
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
    except BaseException as error:  # noqa: BLE001 - it belongs to whoever asked; the thread goes on
        write.future.set_exception(error)
    else:
        write.future.set_result(result)


def _settle(answers: list[tuple[_Delivery, list[bool] | BaseException]]) -> None:
    """Tell everybody; those who wait in a loop with one call into it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Delivery, list[bool] | BaseException]]] = {}
    for delivery, answer in answers:
        if delivery.loop is None:
            delivery.settled(answer)
        else:
            by_loop.setdefault(delivery.loop, []).append((delivery, answer))
    for loop, theirs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_tell, theirs)
        except RuntimeError:  # the loop is closed; the rows are durable, and offered again they are known
            log.debug("nobody waits for %d deliveries any more", len(theirs))


def _tell(answers: list[tuple[_Delivery, list[bool] | BaseException]]) -> None:
    for delivery, answer in answers:
        delivery.settled(answer)


def _size(entries: Sequence[JournalEntry]) -> int:
    return sum(len(entry.raw) for entry in entries)
