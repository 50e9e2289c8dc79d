"""Store pending notifications and notification windows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from ..core.notifications.model import Notification, Window
from ..core.notifications.repository import NotificationChanges
from .encoding import maybe_clean
from .moments import from_micros, to_micros
from .statements import delete, insert, on_conflict_update
from .tables import notices, windows

NOTICE_COLUMNS = "id agent about at ticket message detail personal"
WINDOW_COLUMNS = "agent until seconds at_once waiting"


class NotificationSource:
    """The part of `DatabaseSource` for notifications."""

    _connection: Connection

    def windows(self) -> Iterable[Window]:
        return [
            Window(row.agent, from_micros(row.until), row.seconds, row.at_once, row.waiting)
            for row in self._connection.execute(select(windows))
        ]

    def notices(self, agent: str) -> Sequence[Notification]:
        """Return the pending notifications of an agent, locked, so that two processes do not send the same ones."""
        query = select(notices).where(notices.c.agent == agent).order_by(notices.c.id).with_for_update()
        return [
            Notification(
                row.id, row.agent, row.about, from_micros(row.at), row.ticket, row.message, row.detail, row.personal
            )
            for row in self._connection.execute(query)
        ]


def write_notifications(connection: Connection, changes: NotificationChanges) -> None:
    new = [
        (n.id, n.agent, n.about, to_micros(n.at), n.ticket, n.message, maybe_clean(n.detail), n.personal)
        for n in changes.notices.values()
    ]
    insert(connection, notices, new, NOTICE_COLUMNS)
    delete(connection, notices, [(number,) for number in sorted(changes.dropped)], "id")
    on_conflict = on_conflict_update("agent", WINDOW_COLUMNS.split()[1:])
    rows = [(w.agent, to_micros(w.until), w.seconds, w.at_once, w.waiting) for _, w in sorted(changes.windows.items())]
    insert(connection, windows, rows, WINDOW_COLUMNS, on_conflict)
