"""What an email channel remembers between two runs: one small JSON document, a section for each part."""

from __future__ import annotations

import threading
from typing import Any

from deskctl.plugins import ChannelContext

#: One for each channel: its reader and a command may change their sections at the same time.
_LOCKS: dict[str, threading.Lock] = {}
_GUARD = threading.Lock()


class State:
    """Several parts (the mailbox's thread, a check) share the document; each keeps its own section. Blocking.

    It is read anew each time: after a failure the next instance of the channel is at work, while this one may still
    finish a check, and neither may write back what it read long ago.
    """

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        with _GUARD:
            self._lock = _LOCKS.setdefault(context.name, threading.Lock())

    def get(self, section: str) -> dict[str, Any]:
        """`{}` when nothing was kept."""
        return dict(self._context.load_state().get(section, {}))

    def put(self, section: str, kept: dict[str, Any]) -> None:
        """Durable when it returns. Raises StoreUnavailable; then nothing has changed."""
        with self._lock:
            self._context.save_state({**self._context.load_state(), section: kept})
