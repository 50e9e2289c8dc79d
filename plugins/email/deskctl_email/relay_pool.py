"""The open connections to the relay. Each sends one message at a time, in a separate thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from deskctl.plugins import Receipt

from .compose import Mail
from .smtp import Relay

#: Seconds that idle connections are kept for the next message.
IDLE_SECONDS: Final = 10.0


class RelayPool:
    """Sends over up to `connections` connections, which are opened when they are needed. Use it in one event loop."""

    def __init__(self, connections: int, open_relay: Callable[[], Relay]) -> None:
        self._connections = connections
        self._open_relay = open_relay
        self._lock = threading.Lock()
        self._idle: list[Relay] = []
        self._busy: set[Relay] = set()
        self._threads: ThreadPoolExecutor | None = None
        self._sending = 0
        self._timer: asyncio.TimerHandle | None = None

    async def send(self, compose: Callable[[], Mail], outbox_id: int) -> Receipt:
        """Compose a mail and send it when a connection is free. Raises TryLater, Rejected or Uncertain."""
        if self._timer is not None:
            self._timer.cancel()
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._connections, thread_name_prefix="relay")
        loop = asyncio.get_running_loop()
        self._sending += 1
        try:
            return await loop.run_in_executor(self._threads, self._transmit, compose, outbox_id)
        finally:
            self._sending -= 1
            if not self._sending:
                self._timer = loop.call_later(IDLE_SECONDS, lambda: loop.create_task(self.close()))

    async def close(self) -> None:
        """Close the connections and end the threads after their current message."""
        if self._timer is not None:
            self._timer.cancel()
        threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.to_thread(self._end, threads)

    def abort(self) -> None:
        """Interrupt the transmissions."""
        with self._lock:
            busy = list(self._busy)
        for relay in busy:
            relay.abort()

    # --- threads --------------------------------------------------------------------------------------

    def _transmit(self, compose: Callable[[], Mail], outbox_id: int) -> Receipt:
        mail = compose()
        with self._lock:
            relay = self._idle.pop() if self._idle else self._open_relay()
            self._busy.add(relay)
        try:
            return relay.send(mail, outbox_id)
        finally:
            with self._lock:
                self._busy.discard(relay)
                self._idle.append(relay)

    def _end(self, threads: ThreadPoolExecutor) -> None:
        threads.shutdown()
        with self._lock:
            idle, self._idle = self._idle, []
        for relay in idle:
            relay.close()
