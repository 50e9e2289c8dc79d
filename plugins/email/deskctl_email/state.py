"""The persistent state of an email channel: one small JSON document with a section for each component."""

from __future__ import annotations

import threading
from typing import Any

from deskctl.plugins import ChannelContext

#: One lock for each channel: its reader and a command may change their sections at the same time.
_LOCKS: dict[str, threading.Lock] = {}
_GUARD = threading.Lock()


class State:
    """The state document, shared by several components (the reader, a check), each with its own section. Blocking.

    The document is read again for each access: after a failure, a new instance of the channel runs while the old one
    may still finish a check, and neither may write back outdated data.
    """

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        with _GUARD:
            self._lock = _LOCKS.setdefault(context.name, threading.Lock())

    def get(self, section: str) -> dict[str, Any]:
        """Return a section; `{}` if it is not stored."""
        return dict(self._context.load_state().get(section, {}))

    def put(self, section: str, values: dict[str, Any]) -> None:
        """Store a section durably. Raises StoreUnavailable, in which case nothing has changed."""
        with self._lock:
            self._context.save_state({**self._context.load_state(), section: values})
