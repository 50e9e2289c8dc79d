"""The working set's part about what agents are still to be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .model import Notice, What, Window

if TYPE_CHECKING:
    from ..kernel.source import Source


@dataclass(slots=True)
class NoticeChanges:
    """What a transaction writes."""

    notices: dict[int, Notice] = field(default_factory=dict)  # new
    told: set[int] = field(default_factory=set)  # ids of stored notices that wait no more
    windows: dict[str, Window] = field(default_factory=dict)  # by agent, new or changed


class Notices:
    """Reads come from what this transaction made, then from the source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._windows: dict[str, Window] | None = None
        self._said: dict[What, Notice] = {}  # what this transaction has told, or kept
        self.changes = NoticeChanges()

    def window(self, agent: str) -> Window | None:
        if self._windows is None:
            self._windows = {window.agent: window for window in self._source.windows()}
        return self._windows.get(agent)

    def put_window(self, window: Window) -> None:
        self.window(window.agent)
        assert self._windows is not None
        self._windows[window.agent] = self.changes.windows[window.agent] = window

    def keep(self, notice: Notice) -> None:
        self.changes.notices[notice.id] = self._said[notice.what] = notice

    def of(self, agent: str) -> list[Notice]:
        """What an agent is still to be told, oldest first."""
        stored = [n for n in self._source.notices(agent) if n.id not in self.changes.told]
        return stored + [n for n in self.changes.notices.values() if n.agent == agent]

    def told(self, notice: Notice) -> None:
        """It did not have to wait."""
        self._said[notice.what] = notice

    def said(self, notice: Notice) -> Notice | None:
        """What this transaction has told, or kept, that says the same."""
        return self._said.get(notice.what)

    def drop(self, notice: Notice) -> None:
        if self.changes.notices.pop(notice.id, None) is None:
            self.changes.told.add(notice.id)
        elif self._said.get(notice.what) == notice:
            del self._said[notice.what]
