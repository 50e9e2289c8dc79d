"""Jobs on disk: work for plugins, taken by one daemon at a time, and gone with what was done about it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, text, true

from ..core.automations.jobs import MAX_TRIES, ClaimedJob, plugin_of
from ..errors import NotFound
from ..i18n import _
from .encoding import clean, from_json
from .engine import Database
from .instance import Instance
from .moments import from_micros, maybe_from_micros, maybe_rfc3339, rfc3339, to_micros
from .tables import events, jobs
from .tables.plugins import WAITING


class Jobs:
    """Every method is one transaction of its own, durable when it returns, unless it is given a connection.

    Claims carry the name of `instance`, as in the outbox. Raises Unavailable.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], instance: Instance) -> None:
        self._database = database
        self._clock = clock
        self._instance = instance

    def claim(self, limit: int, automations: Collection[str]) -> list[ClaimedJob]:
        """Take up to `limit` jobs of these automations whose time has come, the oldest first, and count the try."""
        now = to_micros(self._clock())
        due = (
            select(jobs.c.id)
            .where(text(WAITING), jobs.c.due_at <= now, jobs.c.automation.in_(list(automations)))
            .order_by(jobs.c.due_at, jobs.c.id)
        )
        with self._database.reading() as connection:
            if connection.execute(due.limit(1)).first() is None:
                return []  # an empty look costs no write
        me = self._instance.name()
        with self._database.writing("jobs.claim") as connection:
            taken = connection.execute(due.limit(limit).with_for_update(skip_locked=True)).scalars().all()
            mine = {"state": "running", "attempts": jobs.c.attempts + 1, "claimed_by": me, "claimed_at": now}
            connection.execute(jobs.update().where(jobs.c.id.in_(taken)).values(mine))
            query = select(jobs, events.c.kind, events.c.ticket, events.c.actor, events.c.at, events.c.facts)
            query = query.join(events, events.c.id == jobs.c.event).where(jobs.c.id.in_(taken)).order_by(jobs.c.id)
            return [_at_hand(row) for row in connection.execute(query)]

    def finish(self, connection: Connection, job: int) -> bool:
        """Inside the transaction that does what the job leads to: the job goes with it. False when somebody else has
        it in hand, so that nothing may be done."""
        mine = and_(jobs.c.id == job, jobs.c.state == "running", jobs.c.claimed_by == self._instance.known())
        return connection.execute(jobs.delete().where(mine).returning(jobs.c.id)).first() is not None

    def put_back(self, job: int, error: str, due_at: datetime | None, counted: bool = True) -> None:
        """It failed: it is tried again at `due_at`, or never (None) unless somebody says so. Not `counted`: it was
        not the plugin's doing."""
        with self._database.writing("jobs.put_back") as connection:
            failed = {"state": "failed"} if due_at is None else {"state": "waiting", "due_at": to_micros(due_at)}
            tries = jobs.c.attempts if counted else jobs.c.attempts - 1
            values = {**failed, "attempts": tries, "last_error": clean(error), "claimed_by": None, "claimed_at": None}
            mine = and_(jobs.c.id == job, jobs.c.state == "running", jobs.c.claimed_by == self._instance.known())
            connection.execute(jobs.update().where(mine).values(values))

    def recover(self, started: bool = True) -> None:
        """What a daemon that died had in hand waits again; after too many such deaths it counts as failed.

        `started`: this daemon has nothing in hand yet, so what is in its name was left behind.
        """
        if not self._database.shared and not started:
            return  # the desk's lock: there is no other daemon
        running = select(jobs.c.id).where(jobs.c.state == "running").limit(1)
        with self._database.reading() as connection:
            if connection.execute(running).first() is None:
                return
        me = self._instance.name()
        with self._database.writing("jobs.recover") as connection:
            left = self._left(connection, me, started)
            often = jobs.update().where(jobs.c.state == "running", left, jobs.c.attempts >= MAX_TRIES)
            connection.execute(often.values(state="failed", last_error="the daemon died each time it ran"))
            connection.execute(jobs.update().where(jobs.c.state == "running", left).values(state="waiting"))

    def _left(self, connection: Connection, me: str, started: bool) -> ColumnElement[bool]:
        """Nobody has it in hand any more."""
        if not self._database.shared:
            return true()  # the desk's lock: there is no other daemon
        holders = select(jobs.c.claimed_by).where(jobs.c.state == "running", jobs.c.claimed_by.is_not(None)).distinct()
        dead = self._instance.dead(connection, set(connection.execute(holders).scalars()) - {me})
        return or_(jobs.c.claimed_by.is_(None), jobs.c.claimed_by.in_(dead | ({me} if started else set())))

    def next_due(self, automations: Collection[str]) -> datetime | None:
        """When the next job of these automations is due; None when none waits."""
        query = select(jobs.c.due_at).where(text(WAITING), jobs.c.automation.in_(list(automations)))
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(jobs.c.due_at).limit(1)).scalar_one_or_none()
            return maybe_from_micros(found)

    def rows(self) -> list[dict[str, Any]]:
        """Every job, oldest first: `requests.JobRow`."""
        query = select(jobs, events.c.kind, events.c.ticket).join(events, events.c.id == jobs.c.event)
        with self._database.reading() as connection:
            return [_document(row) for row in connection.execute(query.order_by(jobs.c.id))]

    def retry(self, job: int) -> None:
        """A failed job is tried again from the beginning. Raises NotFound when there is no such job that waits."""
        with self._database.writing("jobs.retry") as connection:
            again = jobs.update().where(jobs.c.id == job, jobs.c.state != "running").returning(jobs.c.id)
            values = {"state": "waiting", "attempts": 0, "due_at": to_micros(self._clock())}
            if connection.execute(again.values(values)).first() is None:
                raise NotFound(_("no job {job} to retry", job=job), _("deskctl plugin jobs"))

    def drop(self, job: int) -> None:
        """A job goes without being done. Raises NotFound when there is no such job that waits."""
        with self._database.writing("jobs.drop") as connection:
            gone = jobs.delete().where(jobs.c.id == job, jobs.c.state != "running").returning(jobs.c.id)
            if connection.execute(gone).first() is None:
                raise NotFound(_("no job {job} to drop", job=job), _("deskctl plugin jobs"))


def _at_hand(row: Any) -> ClaimedJob:
    return ClaimedJob(
        id=row.id,
        automation=row.automation,
        tries=row.attempts,
        depth=row.depth,
        event=row.event,
        kind=row.kind,
        ticket=row.ticket,
        actor=row.actor,
        at=from_micros(row.at),
        facts=from_json(row.facts),
    )


def _document(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "plugin": plugin_of(row.automation),
        "automation": row.automation,
        "event": row.event,
        "kind": row.kind,
        "ticket": row.ticket,
        "state": row.state,
        "due_at": rfc3339(row.due_at),
        "attempts": row.attempts,
        "claimed_at": maybe_rfc3339(row.claimed_at),
        "last_error": row.last_error,
    }
