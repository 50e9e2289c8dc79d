"""The working set's part about what agents are still to be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from ..kernel.repository import Repository
from ..kernel.unit import Unit
from .model import Notice, What, Window


class NotificationSource(Protocol):
    """What the store loads of notifications."""

    def windows(self) -> Iterable[Window]:
        """Return the window of every agent who was notified of something."""
        ...

    def notices(self, agent: str) -> Sequence[Notice]:
        """Return the waiting notifications of an agent, oldest first."""
        ...


@dataclass(slots=True)
class NoticeChanges:
    """What a transaction writes."""

    notices: dict[int, Notice] = field(default_factory=dict)  # new
    told: set[int] = field(default_factory=set)  # ids of stored notices that wait no more
    windows: dict[str, Window] = field(default_factory=dict)  # by agent, new or changed


class Notices(Repository):
    """Reads come from what this transaction made, then from the source."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("NotificationSource", unit.source)
        self._windows: dict[str, Window] | None = None
        self._said: dict[What, Notice] = {}  # what this transaction has told, or kept
        self.changes = unit.changes.of(NoticeChanges)

    def window(self, agent: str) -> Window | None:
        if self._windows is None:
            self._windows = {window.agent: window for window in self.source.windows()}
        return self._windows.get(agent)

    def put_window(self, window: Window) -> None:
        self.window(window.agent)
        assert self._windows is not None
        self._windows[window.agent] = self.changes.windows[window.agent] = window

    def keep(self, notice: Notice) -> None:
        self.changes.notices[notice.id] = self._said[notice.what] = notice

    def waiting_for(self, agent: str) -> list[Notice]:
        """What an agent is still to be told, oldest first."""
        stored = [n for n in self.source.notices(agent) if n.id not in self.changes.told]
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
