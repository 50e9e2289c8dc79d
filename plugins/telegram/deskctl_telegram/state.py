"""What a Telegram channel remembers between two runs: what has left of messages in several parts."""

from __future__ import annotations

import threading
from typing import Any, Final

from deskctl.plugins import ChannelContext

#: Messages in several parts whose rest may still leave; those that nobody sends again are forgotten.
MOST: Final = 200

#: One for each channel: two instances of it may be sending at the same time.
_LOCKS: dict[str, threading.Lock] = {}
_GUARD = threading.Lock()


class Progress:
    """By outbox id, the numbers that Telegram gave the parts which arrived. Blocking."""

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        with _GUARD:
            self._lock = _LOCKS.setdefault(context.name, threading.Lock())

    def arrived(self, outbox_id: int) -> list[int]:
        """In order; empty where nothing is known to have arrived."""
        return [int(number) for number in self._kept().get(str(outbox_id), ())]

    def keep(self, outbox_id: int, numbers: list[int]) -> None:
        """Durable when it returns. Raises StoreUnavailable."""
        with self._lock:
            kept = {**self._kept(), str(outbox_id): numbers}
            self._save(dict(list(kept.items())[-MOST:]))

    def forget(self, outbox_id: int) -> None:
        """Everything arrived. Raises StoreUnavailable."""
        with self._lock:
            self._save({key: numbers for key, numbers in self._kept().items() if key != str(outbox_id)})

    def _kept(self) -> dict[str, Any]:
        return dict(self._context.load_state().get("arrived", {}))

    def _save(self, kept: dict[str, Any]) -> None:
        self._context.save_state({**self._context.load_state(), "arrived": kept})
