"""What an email channel remembers between two runs: one small JSON document, a section for each part."""

from __future__ import annotations

import threading
from typing import Any

from deskctl.plugins import ChannelContext


class State:
    """Several parts (the mailbox's thread, a check) share the document; each keeps its own section. Blocking."""

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._kept: dict[str, Any] | None = None

    def get(self, section: str) -> dict[str, Any]:
        """A copy; `{}` when nothing was kept."""
        with self._lock:
            return dict(self._all().get(section, {}))

    def put(self, section: str, kept: dict[str, Any]) -> None:
        """Durable when it returns. Raises StoreUnavailable; then nothing has changed."""
        with self._lock:
            changed = {**self._all(), section: kept}
            self._context.save_state(changed)
            self._kept = changed

    def _all(self) -> dict[str, Any]:
        if self._kept is None:
            self._kept = dict(self._context.load_state())
        return self._kept
