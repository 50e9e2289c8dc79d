"""Queries for the state of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select, text

from ...core.operations.queries import DeskHealth, StoreStatus
from ..revision import HEAD
from ..schema import revision_of
from ..tables import journal, messages, outbox, tickets
from ..tables.delivery import UNSENT
from ..tables.intake import UNSETTLED
from .reader import Answers

if TYPE_CHECKING:
    from ...core.operations.views import HealthReport, StoreReport


def store_status(connection: Connection, location: str, size: int | None) -> StoreReport:
    """Return the schema and row counts. An open store always has the newest revision, so no migration is pending."""
    unsettled = select(journal.c.state, func.count()).where(text(UNSETTLED)).group_by(journal.c.state)
    journalled: dict[str, int] = dict(connection.execute(unsettled).all())

    def count(query: object) -> int:
        return int(connection.execute(query).scalar_one())  # type: ignore[call-overload]

    return {
        "url": location if "://" in location else f"sqlite:///{location}",
        "engine": connection.dialect.name,
        "revision": revision_of(connection),
        "head": HEAD,
        "pending": [],
        "size": size,
        "tickets": count(select(func.count()).select_from(tickets)),
        "messages": count(select(func.count()).select_from(messages)),
        "waiting": journalled.get("waiting", 0),
        "quarantined": journalled.get("quarantined", 0),
        "outbox": count(select(func.count()).select_from(outbox).where(text(UNSENT))),
    }


def report_without_daemon() -> HealthReport:
    """Return the report for a desk without a daemon. A running daemon answers this query itself."""
    return {"daemon": False, "pid": None, "started_at": None, "config_sha256": None, "services": []}


ANSWERS: Answers = {
    StoreStatus: lambda reader, query: store_status(
        reader.connection, reader.database.location, reader.database.size()
    ),
    DeskHealth: lambda reader, query: report_without_daemon(),
}
