"""Store jobs: work for plugins, which one daemon at a time claims, deleted together with its result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, text, true

from ...core.automations.jobs import MAX_TRIES, ClaimedJob, plugin_of
from ...errors import NotFound
from ...i18n import _
from ..encoding import clean, from_json
from ..engine import Database
from ..instance import Instance
from ..moments import (
    from_micros,
    maybe_from_micros,
    maybe_rfc3339,
    rfc3339,
    to_micros,
)
from ..tables import events, jobs
from ..tables.plugins import WAITING


class Jobs:
    """The jobs of plugins. Each method is a transaction, durable when it returns, unless it gets a connection. Only
    a claim may be undone by a failure of the machine: the job then waits again.

    Claims carry the name of `instance`, as in the outbox. Methods raise Unavailable.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], instance: Instance) -> None:
        self._database = database
        self._clock = clock
        self._instance = instance

    def claim(
        self, limit: int, automations: Collection[str], together: Collection[str] | None = None
    ) -> list[ClaimedJob]:
        """Claim up to `limit` due jobs of these automations, the oldest first, and count the attempt.

        With `together`, claim jobs that can run in one call: the oldest job, and if its automation is one of these,
        further jobs of the same automation for other tickets. A job that was tried before is claimed alone, so that it
        cannot disturb others.
        """
        now = to_micros(self._clock())
        due = (
            select(jobs.c.id, jobs.c.automation, jobs.c.attempts, events.c.ticket)
            .join(events, events.c.id == jobs.c.event)
            .where(text(WAITING), jobs.c.due_at <= now, jobs.c.automation.in_(list(automations)))
            .order_by(jobs.c.due_at, jobs.c.id)
        )
        with self._database.reading() as connection:
            if connection.execute(due.limit(1)).first() is None:
                return []  # without due jobs, no write transaction is needed
        me = self._instance.name()
        with self._database.writing("jobs.claim", synced=False) as connection:
            found = connection.execute(due.limit(limit).with_for_update(skip_locked=True, of=jobs)).all()
            taken = [row.id for row in (found if together is None else _together(found, together))]
            mine = {"state": "running", "attempts": jobs.c.attempts + 1, "claimed_by": me, "claimed_at": now}
            connection.execute(jobs.update().where(jobs.c.id.in_(taken)).values(mine))
            query = select(jobs, events.c.kind, events.c.ticket, events.c.actor, events.c.at, events.c.facts)
            query = query.join(events, events.c.id == jobs.c.event).where(jobs.c.id.in_(taken)).order_by(jobs.c.id)
            return [_claimed_job(row) for row in connection.execute(query)]

    def finish(self, connection: Connection, ids: Collection[int]) -> set[int]:
        """Delete jobs inside the transaction that writes their results, and return their ids.

        A job that is missing is claimed by another daemon, so nothing may be written for it.
        """
        mine = and_(
            jobs.c.id.in_(sorted(ids)), jobs.c.state == "running", jobs.c.claimed_by == self._instance.known_name()
        )
        return set(connection.execute(jobs.delete().where(mine).returning(jobs.c.id)).scalars())

    def put_back(self, job: int, error: str, due_at: datetime | None, counted: bool = True) -> None:
        """Record a failure. The job is retried at `due_at`; with None, only after a manual retry.

        `counted` is false if the plugin did not cause the failure.
        """
        with self._database.writing("jobs.put_back") as connection:
            failed = {"state": "failed"} if due_at is None else {"state": "waiting", "due_at": to_micros(due_at)}
            tries = jobs.c.attempts if counted else jobs.c.attempts - 1
            values = {**failed, "attempts": tries, "last_error": clean(error), "claimed_by": None, "claimed_at": None}
            mine = and_(jobs.c.id == job, jobs.c.state == "running", jobs.c.claimed_by == self._instance.known_name())
            connection.execute(jobs.update().where(mine).values(values))

    def recover(self, started: bool = True) -> None:
        """Release jobs of daemons that have ended; after too many such attempts, a job fails.

        `started` means that this daemon has claimed no job yet, so jobs under its own name are left over too.
        """
        if not self._database.shared and not started:
            return  # the desk's lock excludes other daemons
        running = select(jobs.c.id).where(jobs.c.state == "running").limit(1)
        with self._database.reading() as connection:
            if connection.execute(running).first() is None:
                return
        me = self._instance.name()
        with self._database.writing("jobs.recover") as connection:
            abandoned = self._abandoned(connection, me, started)
            exhausted = jobs.update().where(jobs.c.state == "running", abandoned, jobs.c.attempts >= MAX_TRIES)
            connection.execute(exhausted.values(state="failed", last_error="the daemon died each time it ran"))
            connection.execute(jobs.update().where(jobs.c.state == "running", abandoned).values(state="waiting"))

    def _abandoned(self, connection: Connection, me: str, started: bool) -> ColumnElement[bool]:
        """Return the condition for jobs that no living daemon holds."""
        if not self._database.shared:
            return true()  # the desk's lock excludes other daemons
        holders = select(jobs.c.claimed_by).where(jobs.c.state == "running", jobs.c.claimed_by.is_not(None)).distinct()
        dead = self._instance.ended_names(connection, set(connection.execute(holders).scalars()) - {me})
        return or_(jobs.c.claimed_by.is_(None), jobs.c.claimed_by.in_(dead | ({me} if started else set())))

    def next_due(self, automations: Collection[str]) -> datetime | None:
        """Return the due time of the next job of these automations; None if no job waits."""
        query = select(jobs.c.due_at).where(text(WAITING), jobs.c.automation.in_(list(automations)))
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(jobs.c.due_at).limit(1)).scalar_one_or_none()
            return maybe_from_micros(found)

    def rows(self) -> list[dict[str, Any]]:
        """Return all jobs, the oldest first, as `requests.JobRow`."""
        query = select(jobs, events.c.kind, events.c.ticket).join(events, events.c.id == jobs.c.event)
        with self._database.reading() as connection:
            return [_document(row) for row in connection.execute(query.order_by(jobs.c.id))]

    def retry(self, job: int) -> None:
        """Retry a failed job from the first attempt. Raises NotFound if there is no such waiting job."""
        with self._database.writing("jobs.retry") as connection:
            reset = jobs.update().where(jobs.c.id == job, jobs.c.state != "running").returning(jobs.c.id)
            values = {"state": "waiting", "attempts": 0, "due_at": to_micros(self._clock())}
            if connection.execute(reset.values(values)).first() is None:
                raise NotFound(_("no job {job} to retry", job=job), _("deskctl plugin jobs"))

    def drop(self, job: int) -> None:
        """Delete a job without running it. Raises NotFound if there is no such waiting job."""
        with self._database.writing("jobs.drop") as connection:
            gone = jobs.delete().where(jobs.c.id == job, jobs.c.state != "running").returning(jobs.c.id)
            if connection.execute(gone).first() is None:
                raise NotFound(_("no job {job} to drop", job=job), _("deskctl plugin jobs"))


def _together(found: Sequence[Any], together: Collection[str]) -> list[Any]:
    """Return the first of these jobs, and those that can run in one call with it."""
    chosen = list(found[:1])
    if not chosen or chosen[0].attempts or chosen[0].automation not in together:
        return chosen
    tickets = {chosen[0].ticket}
    for row in found[1:]:
        if row.automation == chosen[0].automation and not row.attempts and row.ticket not in tickets:
            chosen.append(row)
            tickets.add(row.ticket)
    return chosen


def _claimed_job(row: Any) -> ClaimedJob:
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
