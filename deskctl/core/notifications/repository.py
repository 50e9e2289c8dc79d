"""Load and write pending notifications and windows in a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from ..kernel.repository import Repository
from ..kernel.unit import Unit
from .model import ContentKey, Notification, Window


class NotificationSource(Protocol):
    """The reads from the store for notifications."""

    def windows(self) -> Iterable[Window]:
        """Return the window of every agent who was notified of something."""
        ...

    def notices(self, agent: str) -> Sequence[Notification]:
        """Return the pending notifications of an agent, oldest first."""
        ...


@dataclass(slots=True)
class NotificationChanges:
    """The notifications and windows that a transaction writes."""

    notices: dict[int, Notification] = field(default_factory=dict)  # new
    dropped: set[int] = field(default_factory=set)  # ids of stored notifications that are no longer pending
    windows: dict[str, Window] = field(default_factory=dict)  # by agent, new or changed


class Notifications(Repository):
    """Notifications as this transaction sees them: its own changes, then the source."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("NotificationSource", unit.source)
        self._windows: dict[str, Window] | None = None
        self._by_content: dict[ContentKey, Notification] = {}  # sent or stored by this transaction
        self.changes = unit.changes.of(NotificationChanges)

    def window(self, agent: str) -> Window | None:
        if self._windows is None:
            self._windows = {window.agent: window for window in self.source.windows()}
        return self._windows.get(agent)

    def put_window(self, window: Window) -> None:
        self.window(window.agent)
        assert self._windows is not None
        self._windows[window.agent] = self.changes.windows[window.agent] = window

    def keep(self, notification: Notification) -> None:
        self.changes.notices[notification.id] = self._by_content[notification.content_key] = notification

    def waiting_for(self, agent: str) -> list[Notification]:
        """Return the pending notifications of an agent, oldest first."""
        stored = [n for n in self.source.notices(agent) if n.id not in self.changes.dropped]
        return stored + [n for n in self.changes.notices.values() if n.agent == agent]

    def record_sent(self, notification: Notification) -> None:
        """Record a notification that was sent at once."""
        self._by_content[notification.content_key] = notification

    def sent_or_stored(self, notification: Notification) -> Notification | None:
        """Return the notification with the same key that this transaction sent or stored, if there is one."""
        return self._by_content.get(notification.content_key)

    def drop(self, notification: Notification) -> None:
        if self.changes.notices.pop(notification.id, None) is None:
            self.changes.dropped.add(notification.id)
        elif self._by_content.get(notification.content_key) == notification:
            del self._by_content[notification.content_key]
