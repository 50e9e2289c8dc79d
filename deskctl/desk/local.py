"""The desk in this process, on its store. Commands use it when no daemon runs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Any, TypeVar

from deskctl import __version__
from deskctl.core.agents.model import Agent
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.intake.journal import JournalEntry
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.changes import Changes
from deskctl.core.kernel.command import Command
from deskctl.core.kernel.outcome import Outcome
from deskctl.core.kernel.query import Query
from deskctl.core.operations.views import HealthReport
from deskctl.desk import DeskInfo, calls, request_table, wire
from deskctl.desk.caller import Caller
from deskctl.desk.channel_calls import ActingContext
from deskctl.desk.components import Components
from deskctl.desk.decode import Request
from deskctl.desk.execution import Executed, finish
from deskctl.desk.intake import BATCH_BYTES, BATCH_ROWS, Intake
from deskctl.desk.lock import OwnerLock
from deskctl.desk.ports import run_directly
from deskctl.errors import StoreLost, TemporaryFailure, Unavailable
from deskctl.plugins.channel import Health

log = logging.getLogger("deskctl.desk")

T = TypeVar("T")

#: Seconds for which `deliver` tries to write a mail to the journal before the mail server is asked to retry.
JOURNAL_WITHIN = 60.0
#: Seconds that `process_journal` spends on the journal after an entry was delivered.
PROCESS_WITHIN = 20.0


class LocalEnvironment:
    """An `Environment` that runs all work at once in the calling thread. Its coroutines never wait."""

    def __init__(self, components: Components) -> None:
        self.components = components

    async def read(self, work: Callable[[], T]) -> T:
        return work()

    async def write(self, work: Callable[[], T]) -> T:
        return work()

    async def run_in_thread(self, work: Callable[[], T]) -> T:
        return work()

    def write_blocking(self, work: Callable[[], T]) -> T:
        return run_directly(work)

    def on_executed(self, executed: Executed) -> None:
        finish(self.components.store, executed.changes)

    def on_changes(self, changes: Changes) -> None:
        pass

    def on_jobs_changed(self) -> None:
        pass

    async def agents(self) -> list[Agent]:
        return self.components.store.agents()

    def health(self) -> HealthReport:
        return HealthReport(daemon=False, pid=None, started_at=None, config_sha256=None, services=[])

    def service_states(self) -> Mapping[str, str]:
        return {}

    def channel_context(self, name: str) -> ActingContext:
        return ActingContext(name, self.components.store)

    async def check_channel(self, name: str) -> Health:
        from deskctl.desk.probe import ProbeContext, check

        context = ProbeContext(name, self.components.store)
        return check(self.components.type_of(name), self.components.config.channels[name].config, context)

    def restart_channel(self, name: str) -> bool:
        return False

    async def deliver(self, entry: JournalEntry) -> bool:
        deadline = time.monotonic() + JOURNAL_WITHIN
        while True:
            try:
                return self.components.store.journal.append([entry])[0]
            except Unavailable as error:
                if isinstance(error, StoreLost) or time.monotonic() >= deadline:
                    raise TemporaryFailure(error.what, error.hint) from error
                time.sleep(0.2)  # noqa: ASYNC251 - no event loop runs here

    async def process_journal(self, until: JournalEntry | None = None) -> None:
        """Process the journal, oldest rows first. After a delivery, stop at its entry and log errors only."""
        if until is None:
            while rows := self._waiting():
                self._intake().process(rows)
            return
        try:
            self._process_until(until)
        except Exception as error:  # noqa: BLE001 - the mail is durable; the next owner of the desk continues
            log.warning("the mail waits in the journal: %s", type(error).__name__)

    async def follow_delivery(self, outbox: int, seconds: int, viewer: Actor) -> Any:
        return calls.outbox_row(self.components.store.ask(ShowOutbox(outbox), viewer))

    def _process_until(self, entry: JournalEntry) -> None:
        deadline = time.monotonic() + PROCESS_WITHIN
        intake = self._intake()
        while time.monotonic() < deadline:
            rows = self._waiting()
            intake.process(rows)
            if not rows or any(row.channel == entry.channel and row.raw == entry.raw for row in rows):
                return

    def _intake(self) -> Intake:
        return Intake(self.components.store, self.components.parsers(), shared=not self.components.on_sqlite)

    def _waiting(self) -> Any:
        return self.components.store.journal.waiting(BATCH_ROWS, BATCH_BYTES)


class LocalDesk:
    """A `Desk` that owns the store, and the lock of the desk if there is one, until it is closed."""

    def __init__(self, components: Components, lock: OwnerLock | None = None, invocation: str | None = None) -> None:
        """All commands of one `invocation` are undone together; None: each separately."""
        self._components = components
        self._environment = LocalEnvironment(components)
        self._lock = lock
        self._invocation = invocation
        self._caller = Caller.of_this_process(components.config.owners())

    @property
    def info(self) -> DeskInfo:
        desk = self._components.config.desk
        agents = _run(self._environment.agents())
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
        request = Request(None, command=command, claim=agent, dry_run=dry_run, invocation=self._invocation)
        outcome: Outcome = self._answer(request)
        return outcome

    def ask(self, query: Query, *, agent: str | None = None) -> Any:
        return self._answer(Request(None, query=query, claim=agent))

    def rows(self, query: Query, *, agent: str | None = None) -> Collection[Any]:
        answer: Collection[Any] = self.ask(query, agent=agent)
        return answer

    def request(self, name: str, /, *, agent: str | None = None, dry_run: bool = False, **params: Any) -> Any:
        params = wire.plain(params)
        return self._answer(
            Request(None, request=name, params=params, claim=agent, dry_run=dry_run, invocation=self._invocation)
        )

    def call(self, request: str, *, agent: str | None = None, **params: Any) -> Any:
        return self._answer(Request(None, call=request, params=wire.plain(params), claim=agent))

    def close(self) -> None:
        self._components.store.close()
        if self._lock is not None:
            self._lock.release()

    def _answer(self, request: Request) -> Any:
        return _run(request_table.answer(self._environment, request, self._caller))


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise RuntimeError("a request waited in a local desk")
