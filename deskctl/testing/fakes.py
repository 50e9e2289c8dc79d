"""A `ChannelContext` in memory, for tests of channels."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..plugins import Envelope, FileRef, StoreUnavailable


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that the channel delivered."""

    raw: bytes
    key: str
    envelope: Envelope


class Killed(BaseException):
    """The simulated death of the process. Nothing after it is executed."""


class MemoryContext:
    """A context that stores delivered messages by key, as the journal does. Safe to use from any thread.

    `refuse` simulates a store that cannot be written; `hold()` blocks `deliver` until `release()`. With
    `die_after_commit` the next message is stored, and then the process is `dead`: each call of the channel raises
    Killed. `reborn()` returns the context of the next process with the same store.
    """

    def __init__(self, name: str = "test", clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.name = name
        self.log = logging.getLogger(f"deskctl.testing.{name}")
        self.refuse = False
        self.die_after_commit = False
        self.dead = False
        self.attempts: list[Delivered] = []
        """All offered messages, including refused ones."""
        self.marked: list[int] = []
        """The outbox ids that the channel marked as being sent."""
        self.alerts: list[tuple[str, str]] = []
        self.listens = False
        """True after the channel called `listening`."""
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, Delivered] = {}
        self._state: dict[str, Any] = {}
        self._files: dict[str, bytes] = {}
        self._open = threading.Event()
        self._open.set()

    @property
    def journal(self) -> list[Delivered]:
        """Return the stored messages in order, one per key."""
        with self._lock:
            return list(self._kept.values())

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def reborn(self) -> MemoryContext:
        """Return the context of the next process, with the same store and records."""
        with self._lock:
            after = MemoryContext(self.name, self._clock)
            after.attempts, after.marked, after.alerts = self.attempts, self.marked, self.alerts
            after._kept, after._state, after._files = self._kept, self._state, self._files
            return after

    async def wait_for(
        self,
        condition: Callable[[], object],
        what: str,
        seconds: float = 20,
        instead: Callable[[], object] | None = None,
    ) -> None:
        """Wait until `condition` is true. Raises AssertionError with `what` and `instead` if it stays false."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds:g} s: {what}" + (f"; {instead()}" if instead else ""))
            await asyncio.sleep(0.01)

    async def deliver(self, raw: bytes, key: str, envelope: Envelope) -> None:
        await asyncio.to_thread(self.deliver_blocking, [(raw, key, envelope)])

    def deliver_blocking(self, batch: list[tuple[bytes, str, Envelope]]) -> None:
        entries = [Delivered(raw, key, envelope) for raw, key, envelope in batch]
        with self._lock:
            self.attempts += entries
        self._open.wait()
        self._alive()
        if self.refuse:
            raise StoreUnavailable("the store cannot be written")
        with self._lock:
            for entry in entries:
                self._kept.setdefault(entry.key, entry)
            self.dead = self.die_after_commit
        self._alive()

    def _alive(self) -> None:
        if self.dead:
            raise Killed

    def journalled(self, keys: Sequence[str]) -> set[str]:
        self._alive()
        with self._lock:
            return self._kept.keys() & set(keys)

    def sending(self, outbox_id: int) -> None:
        self._alive()
        with self._lock:
            self.marked.append(outbox_id)

    def listening(self) -> None:
        self._alive()
        with self._lock:
            self.listens = True

    def accepting(self) -> bool:
        return not self.refuse

    def load_state(self) -> dict[str, Any]:
        self._alive()
        with self._lock:
            return dict(self._state)

    def save_state(self, state: Mapping[str, Any]) -> None:
        self._alive()
        if self.refuse:
            raise StoreUnavailable("the store cannot be written")
        with self._lock:
            self._state.clear()
            self._state.update(state)

    def add_file(self, content: bytes, filename: str = "file.txt", content_type: str = "text/plain") -> FileRef:
        """Store an attachment and return the reference for an `OutboundMessage`."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._files[sha256] = content
        return FileRef(filename, content_type, len(content), sha256)

    def read_file(self, sha256: str) -> bytes:
        return self._files[sha256]

    def alert(self, what: str, hint: str = "") -> None:
        with self._lock:
            self.alerts.append((what, hint))

    def now(self) -> datetime:
        return self._clock()
