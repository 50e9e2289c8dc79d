"""The open connections to the relay. Each sends one message at a time, in a separate thread."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from deskctl.plugins import Receipt

from .compose import Mail
from .smtp import Relay

#: Seconds that idle connections are kept for the next message, at least.
IDLE_SECONDS: Final = 10.0


class RelayPool:
    """Sends over up to `connections` connections, which are opened when they are needed. Use it in one event loop."""

    def __init__(self, connections: int, open_relay: Callable[[], Relay]) -> None:
        self._connections = connections
        self._open_relay = open_relay
        self._lock = threading.Lock()
        self._idle: dict[Relay, float] = {}  # since when, the latest last
        self._busy: set[Relay] = set()
        self._threads: ThreadPoolExecutor | None = None
        self._sending = 0
        self._timer: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None  # the loop itself keeps no task

    async def send(self, compose: Callable[[], Mail], outbox_id: int) -> Receipt:
        """Compose a mail and send it when a connection is free. Raises TryLater, Rejected or Uncertain."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._connections, thread_name_prefix="relay")
        loop = asyncio.get_running_loop()
        self._sending += 1
        try:
            return await loop.run_in_executor(self._threads, self._transmit, compose, outbox_id)
        finally:
            self._sending -= 1
            self._schedule()

    async def close(self) -> None:
        """Close the connections and end the threads after their current message."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.to_thread(self._end, threads)

    def abort(self) -> None:
        """Interrupt the transmissions."""
        with self._lock:
            busy = list(self._busy)
        for relay in busy:
            relay.abort()

    def _schedule(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._start_closing)

    def _start_closing(self) -> None:
        self._closing = asyncio.get_running_loop().create_task(self._close_unused())

    async def _close_unused(self) -> None:
        """Close the connections that were idle for a whole period, and also the threads if no others remain."""
        self._timer = None
        until = time.monotonic() - IDLE_SECONDS
        with self._lock:
            unused = [relay for relay, since in self._idle.items() if since <= until]
            in_use = self._sending > 0 or len(unused) < len(self._idle)
            for relay in unused if in_use else ():
                del self._idle[relay]
        if not in_use:
            await self.close()
            return
        self._schedule()
        await asyncio.to_thread(_close, unused)

    # --- threads --------------------------------------------------------------------------------------

    def _transmit(self, compose: Callable[[], Mail], outbox_id: int) -> Receipt:
        mail = compose()
        with self._lock:
            relay = self._idle.popitem()[0] if self._idle else self._open_relay()
            self._busy.add(relay)
        try:
            return relay.send(mail, outbox_id)
        finally:
            with self._lock:
                self._busy.discard(relay)
                self._idle[relay] = time.monotonic()

    def _end(self, threads: ThreadPoolExecutor) -> None:
        threads.shutdown()
        with self._lock:
            idle, self._idle = self._idle, {}
        _close(idle)


def _close(relays: Iterable[Relay]) -> None:
    for relay in relays:
        relay.close()
