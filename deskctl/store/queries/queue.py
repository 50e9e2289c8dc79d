"""What is to be done next, in the order of the queue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select, text

from ...core.queries.shift_answers import ApprovalRow, QueueDocument, QueueRow
from ...core.queries.shifts import ListHandovers, ShowQueue
from ...core.suggest import did_you_mean
from ...errors import NotFound
from ..moments import rfc3339
from ..tables import memberships, teams, tickets
from ..tables.tickets import ACTIVE, QUEUED
from .shifts import list_handovers
from .tickets import ticket_rows

#: A clock that is due within it is shown as soon due.
SOON = timedelta(hours=1)
_OPENS = tickets.c.status.in_(("new", "open"))
_ORDER = (tickets.c.queue_at, tickets.c.number)


def show_queue(connection: Connection, query: ShowQueue) -> QueueDocument:
    """Raises NotFound."""
    own = _teams(connection, query)
    places: dict[int, tuple[int, int]] = {}
    total = 0
    for number, condition in enumerate(_parts(query, own)):
        found = select(tickets.c.number, tickets.c.queue_at).where(*condition).order_by(*_ORDER).limit(query.limit)
        for row in connection.execute(found):
            places.setdefault(row.number, (number if query.mine else 0, row.queue_at))
        total += connection.execute(select(func.count()).select_from(tickets).where(*condition)).scalar_one()
    first = sorted(places, key=lambda number: (*places[number], number))[: query.limit]
    return {
        "tickets": _rows(connection, first, places),
        "more": max(0, total - len(first)),
        "approvals": _approvals(connection, query, own),
        "handovers": []
        if query.reader is None
        else list_handovers(connection, ListHandovers(query.reader, query.team, unread=True)),
    }


def _parts(query: ShowQueue, own: list[str]) -> list[list[Any]]:
    """Conditions, each answered by an index, no ticket fulfilling two."""
    if query.mine:
        mine = [text(ACTIVE), tickets.c.assignee == query.reader]
        if query.team is not None:
            mine.append(tickets.c.team == query.team)
        return [[*mine, _OPENS], [*mine, ~_OPENS]]
    if query.free:
        return [[text(QUEUED), *([] if query.team is None else [tickets.c.team == query.team])]]
    if query.team is not None:
        return [[text(ACTIVE), _OPENS, tickets.c.team == query.team]]
    if query.reader is None:
        return [[text(ACTIVE), _OPENS]]
    return [
        [text(ACTIVE), _OPENS, tickets.c.assignee == query.reader],
        *([text(QUEUED), tickets.c.team == team] for team in own),
        [text(QUEUED), tickets.c.team.is_(None)],
    ]


def _teams(connection: Connection, query: ShowQueue) -> list[str]:
    """The reader's own teams. Raises NotFound for a team that there is not."""
    if query.team is not None:
        known = list(connection.execute(select(teams.c.handle)).scalars())
        if query.team not in known:
            hint = "deskctl team list shows them"
            raise NotFound(f"no team is called “{query.team}”{did_you_mean(query.team, known)}", hint)
    mine = select(memberships.c.team).where(memberships.c.agent == query.reader).order_by(memberships.c.team)
    return list(connection.execute(mine).scalars()) if query.reader is not None else []


def _rows(connection: Connection, numbers: list[int], places: dict[int, tuple[int, int]]) -> list[QueueRow]:
    now = datetime.now(UTC)
    found: list[QueueRow] = []
    for row in ticket_rows(connection, numbers):
        due = None if row["due_at"] is None else datetime.fromisoformat(row["due_at"])
        overdue = row["sla"] == "breached" or (due is not None and due <= now)
        soon = not overdue and (row["sla"] == "warned" or (due is not None and due <= now + SOON))
        found.append({**row, "queue_at": rfc3339(places[row["number"]][1]), "overdue": overdue, "soon": soon})
    return found


def _approvals(connection: Connection, query: ShowQueue, own: list[str]) -> list[ApprovalRow]:
    """What waits to be allowed, by somebody else than who asked."""
    wanted: list[Any] = [text(ACTIVE), tickets.c.approval.is_not(None)]
    if query.team is not None:
        wanted.append(tickets.c.team == query.team)
    elif query.reader is not None:
        wanted += [or_(tickets.c.team.in_(own), tickets.c.team.is_(None)), tickets.c.approval != query.reader]
    columns = (tickets.c.number, tickets.c.subject, tickets.c.approval)
    rows = connection.execute(select(*columns).where(*wanted).order_by(tickets.c.number).limit(20))
    return [{"number": row.number, "subject": row.subject, "asked_by": row.approval} for row in rows]
