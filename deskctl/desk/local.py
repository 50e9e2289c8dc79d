"""The desk in this process, on its store: what a command uses when no daemon runs."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from deskctl import __version__
from deskctl.core.commands import Command
from deskctl.core.journal import JournalEntry
from deskctl.core.people import Actor, Agent
from deskctl.core.permissions import CALLS, Kind
from deskctl.core.queries import Query
from deskctl.core.queries.admin import DeskHealth, ListAgents, ShowOutbox
from deskctl.core.queries.answers import HealthReport
from deskctl.desk import DeskInfo, Outcome, calls, channel_calls, plugin_report, plugin_requests, suggestions, wire
from deskctl.desk.caller import Caller
from deskctl.desk.components import Components
from deskctl.desk.execution import agents_of, execute_command
from deskctl.desk.intake import BATCH_BYTES, BATCH_ROWS, Intake
from deskctl.desk.lock import OwnerLock
from deskctl.desk.ports import run_directly
from deskctl.desk.requests import Ingested
from deskctl.errors import StoreLost, TemporaryFailure, Unavailable

log = logging.getLogger("deskctl.desk")

#: Seconds that `ingest` keeps trying to journal a mail before the MTA is asked to keep it.
JOURNAL_WITHIN = 60.0
#: Seconds that `ingest` spends on turning what waits in the journal into tickets.
WORK_OFF_WITHIN = 20.0


class LocalDesk:
    """Owns the store, and the desk's lock where there is one, until it is closed."""

    def __init__(self, components: Components, lock: OwnerLock | None = None, invocation: str | None = None) -> None:
        """All commands of one `invocation` are undone together; None: each by itself."""
        self._components = components
        self._lock = lock
        self._invocation = invocation
        self._caller = Caller.of_this_process(components.config.owners())

    @property
    def info(self) -> DeskInfo:
        desk = self._components.config.desk
        agents = self._agents()
        rights = self._caller.rights(agents, ())
        if not rights.owner and rights.agent is None:
            agents = []
        me = self._caller.agent(agents)
        return DeskInfo(
            name=desk.name,
            timezone=desk.timezone,
            language=desk.language,
            version=__version__,
            daemon=False,
            agent=me.handle if me else None,
            agents=tuple(sorted(agent.handle for agent in agents)),
        )

    def execute(self, command: Command, *, agent: str | None = None, dry_run: bool = False) -> Outcome:
        self._check(Kind.COMMAND, type(command).__name__)
        return execute_command(self._components.store, command, self._caller, agent, dry_run, self._invocation).outcome

    def ask(self, query: Query, *, agent: str | None = None) -> Any:
        viewer = self._viewer(Kind.QUERY, type(query).__name__, agent)
        if isinstance(query, DeskHealth):
            return HealthReport(daemon=False, pid=None, started_at=None, config_sha256=None, services=[])
        return self._components.store.ask(query, viewer)

    def request(self, name: str, /, *, agent: str | None = None, dry_run: bool = False, **params: Any) -> Any:
        params = wire.plain(params)
        asked = plugin_requests.asked(
            self._components, name, params, self._caller, self._agents(), agent, dry_run, self._invocation
        )
        return plugin_requests.answered(self._components, asked).document

    def call(self, request: str, *, agent: str | None = None, **params: Any) -> Any:
        if request not in CALLS:
            raise calls.unknown_call(request)
        viewer = self._viewer(Kind.CALL, request, agent)
        config = self._components.config
        match request:
            case "ingest":
                return self._ingest(calls.ingested(config, params, datetime.now(UTC)))
            case "channel_test":
                calls.only(params, "name")
                return self._channel_test(calls.channel_name(config, calls.parameter(params, "name", str)))
            case "channel_action":
                return self._action(params)
            case "channel_start":
                calls.only(params, "name")
                return {
                    "channel": calls.channel_name(config, calls.parameter(params, "name", str)),
                    "started": False,
                }
            case "raw":
                return channel_calls.raw(self._components, params)
            case "reparse":
                return channel_calls.reparse(self._components, params, run_directly, lambda performed: None)
            case "channels":
                calls.only(params)
                return calls.channel_rows(config, {})
            case "plugins":
                calls.only(params)
                return self._components.plugins.rows()
            case "plugin":
                return plugin_report.plugin(self._components, params)
            case "jobs":
                calls.only(params)
                return self._components.store.jobs.rows()
            case "job_retry" | "job_drop":
                return calls.job(self._components.store.jobs, request, params)
            case "suggest":
                return suggestions.suggest(self._components, params, viewer)
            case "insert":
                return suggestions.insert(self._components, params, viewer)
            case "wait_delivery":
                calls.only(params, "outbox", "seconds")
                return calls.outbox_row(
                    self._components.store.ask(ShowOutbox(calls.parameter(params, "outbox", int)), viewer)
                )
            case _:
                raise calls.unknown_call(request)

    def close(self) -> None:
        self._components.store.close()
        if self._lock is not None:
            self._lock.release()

    def _agents(self) -> list[Agent]:
        return agents_of(self._components.store.ask(ListAgents()))

    def _check(self, kind: Kind, name: str) -> list[Agent]:
        """The active agents. Raises Refused when the caller may not use this."""
        agents = self._agents()
        self._caller.check(kind, name, agents, self._components.config.desk.ingest_users)
        return agents

    def _viewer(self, kind: Kind, name: str, claim: str | None) -> Actor:
        """As whom the caller uses this. Raises Refused and UsageError."""
        return self._caller.viewer(kind, name, self._check(kind, name), claim)

    def _action(self, params: Mapping[str, Any]) -> Any:
        store = self._components.store
        answer = channel_calls.action(self._components, params, lambda name: channel_calls.ActingContext(name, store))
        intake = Intake(store, self._components.parsers(), shared=not self._components.on_sqlite)
        while rows := store.journal.waiting(BATCH_ROWS, BATCH_BYTES):
            intake.process(rows)
        return answer

    def _channel_test(self, name: str) -> Any:
        from deskctl.desk.probe import ProbeContext, check

        table = self._components.config.channels[name]
        context = ProbeContext(name, self._components.store)
        return calls.report(name, check(self._components.type_of(name), table.config, context))

    def _ingest(self, entry: JournalEntry) -> Ingested:
        new = self._journalled(entry)
        try:
            self._work_off(entry)
        except Exception as error:  # noqa: BLE001 - the mail is safe: what follows is for the next owner to finish
            log.warning("the mail is in the journal and waits there: %s", type(error).__name__)
        return {"channel": entry.channel, "new": new}

    def _journalled(self, entry: JournalEntry) -> bool:
        deadline = time.monotonic() + JOURNAL_WITHIN
        while True:
            try:
                return self._components.store.journal.append([entry])[0]
            except Unavailable as error:
                if isinstance(error, StoreLost) or time.monotonic() >= deadline:
                    raise TemporaryFailure(error.what, error.hint) from error
                time.sleep(0.2)

    def _work_off(self, entry: JournalEntry) -> None:
        """Work the journal off, oldest first, until this entry's priority has come."""
        deadline = time.monotonic() + WORK_OFF_WITHIN
        intake = Intake(self._components.store, self._components.parsers(), shared=not self._components.on_sqlite)
        while time.monotonic() < deadline:
            rows = self._components.store.journal.waiting(BATCH_ROWS, BATCH_BYTES)
            intake.process(rows)
            if not rows or any(row.channel == entry.channel and row.raw == entry.raw for row in rows):
                return
