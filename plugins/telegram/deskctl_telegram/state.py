"""The state of a Telegram channel between two runs: the delivered parts of messages that have several."""

from __future__ import annotations

import threading
from typing import Any, Final

from deskctl.plugins import ChannelContext

#: Messages to remember; the oldest are dropped, because unfinished messages that are never sent again would stay.
LIMIT: Final = 200

#: One lock per channel, because two instances of a channel can send at the same time.
_LOCKS: dict[str, threading.Lock] = {}
_GUARD = threading.Lock()

#: The key in the channel's state document; stored, so it keeps its name.
_KEY: Final = "arrived"


class DeliveryProgress:
    """The message numbers of delivered parts by outbox id. All methods block."""

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        with _GUARD:
            self._lock = _LOCKS.setdefault(context.name, threading.Lock())

    def delivered(self, outbox_id: int) -> list[int]:
        """Return the numbers of the delivered parts in order."""
        return [int(number) for number in self._load().get(str(outbox_id), ())]

    def save(self, outbox_id: int, numbers: list[int]) -> None:
        """Store the delivered parts of a message durably. Raises StoreUnavailable."""
        with self._lock:
            entries = {**self._load(), str(outbox_id): numbers}
            self._store(dict(list(entries.items())[-LIMIT:]))

    def remove(self, outbox_id: int) -> None:
        """Drop a message whose parts are all delivered. Raises StoreUnavailable."""
        with self._lock:
            self._store({key: numbers for key, numbers in self._load().items() if key != str(outbox_id)})

    def _load(self) -> dict[str, Any]:
        return dict(self._context.load_state().get(_KEY, {}))

    def _store(self, entries: dict[str, Any]) -> None:
        self._context.save_state({**self._context.load_state(), _KEY: entries})
