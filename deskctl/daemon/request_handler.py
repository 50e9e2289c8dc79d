"""Answer requests of the socket in the daemon: writes run on the writer thread, reads on reader threads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, TypeVar

from deskctl import __version__
from deskctl.core.agents.model import Agent
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.intake.journal import JournalEntry
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.changes import Changes
from deskctl.core.kernel.outcome import Outcome
from deskctl.core.kernel.permissions import Rights
from deskctl.daemon.channels import OpenChannel
from deskctl.daemon.context import DaemonContext
from deskctl.daemon.health import DaemonHealth
from deskctl.daemon.writer import WritePriority, Writer
from deskctl.desk import calls, request_table, wire
from deskctl.desk.caller import Caller
from deskctl.desk.components import Components
from deskctl.desk.decode import Request
from deskctl.desk.execution import Executed
from deskctl.desk.local import JOURNAL_WITHIN
from deskctl.desk.wire import PROTOCOL, line
from deskctl.errors import StoreLost, TemporaryFailure, Unavailable
from deskctl.plugins.channel import Health

if TYPE_CHECKING:
    from deskctl.core.operations.views import HealthReport

T = TypeVar("T")


class RequestHandler:
    """Answers requests in the daemon's event loop. It is the `Environment` of the request table."""

    def __init__(
        self,
        components: Components,
        writer: Writer,
        readers: Executor,
        health: DaemonHealth,
        channels: Mapping[str, OpenChannel],
        on_executed: Callable[[Executed], None],
        on_changes: Callable[[Changes], None],
        restart: Callable[[str], bool] = lambda name: False,
        on_jobs_changed: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare the handler.

        The callbacks are called after changes. `restart` restarts a channel that stopped, and returns False if it was
        not stopped.
        """
        self.components = components
        self.on_executed = on_executed
        self.on_changes = on_changes
        self.on_jobs_changed = on_jobs_changed
        self._store = components.store
        self._writer = writer
        self._readers = readers
        self._health = health
        self._channels = channels
        self._restart = restart
        self._agents: list[Agent] | None = None
        self._delivered = asyncio.Event()

    # --- called after changes -----------------------------------------------------------------------

    def forget_agents(self) -> None:
        """Read the agents again for the next request."""
        self._agents = None

    def delivery_settled(self) -> None:
        """Wake the requests that wait for a delivery: a message was sent or has failed."""
        self._delivered.set()
        self._delivered = asyncio.Event()

    # --- answers --------------------------------------------------------------------------------------

    async def hello(self, caller: Caller) -> bytes:
        agents = await self.agents()
        rights = caller.rights(agents, ())
        if not rights.owner and rights.agent is None:
            agents = []  # the list of agents is for agents and the owner only
        me = caller.agent(agents)
        desk = self.components.config.desk
        return line(
            {
                "deskctl": __version__,
                "protocol": PROTOCOL,
                "stream": True,
                "desk": desk.name,
                "timezone": desk.timezone,
                "language": desk.language,
                "agent": me.handle if me else None,
                "agents": sorted(agent.handle for agent in agents),
            }
        )

    async def answer(self, request: Request, caller: Caller) -> bytes:
        """Return the line that answers a request. Raises DeskctlError."""
        answer = await request_table.answer(self, request, caller)
        if isinstance(answer, Outcome):
            return line(wire.answer(request.id, answer.document()))
        return await self.read(lambda: line(wire.answer(request.id, answer)))  # a document may be large

    async def stream(self, request: Request, caller: Caller) -> AsyncGenerator[bytes, None]:
        """Yield the lines that answer a query in pages. Raises DeskctlError."""
        async for rows in request_table.stream(self, request, caller):
            yield await self.read(lambda: line(wire.part(request.id, rows)))  # noqa: B023 - called at once
        yield line(wire.answer(request.id, []))

    async def largest(self, verb: str, name: str, caller: Caller) -> int:
        """Return the largest line of this request in bytes, 0 if the caller may not send long lines."""
        rights = caller.rights(await self.agents(), self.components.config.desk.ingest_users)
        return request_table.largest(self, verb, name) if rights != Rights() else 0

    # --- the environment of the request table -----------------------------------------------------------

    async def read(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def write(self, work: Callable[[], T]) -> T:
        return await self._writer.call(WritePriority.COMMAND, work)

    async def run_in_thread(self, work: Callable[[], T]) -> T:
        """Run work in a separate thread: it may wait for a server, and queries must not wait for it."""
        return await asyncio.to_thread(work)

    def write_blocking(self, work: Callable[[], T]) -> T:
        return self._writer.run(WritePriority.COMMAND, work)

    async def agents(self) -> list[Agent]:
        if self._agents is not None:
            return self._agents
        agents = await self.read(self._store.agents)
        if self.components.on_sqlite:  # on PostgreSQL other daemons may change them
            self._agents = agents
        return agents

    def health(self) -> HealthReport:
        return self._health.report()

    def service_states(self) -> Mapping[str, str]:
        return self._health.states()

    def channel_context(self, name: str) -> DaemonContext:
        return self._channels[name].context()

    async def check_channel(self, name: str) -> Health:
        from deskctl.desk.probe import check_open_channel

        async with self._channels[name].use() as (channel, _):
            return await check_open_channel(channel)

    def restart_channel(self, name: str) -> bool:
        return self._restart(name)

    async def deliver(self, entry: JournalEntry) -> bool:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + JOURNAL_WITHIN
        while True:
            try:
                return await self._writer.deliver(entry)
            except Unavailable as error:
                if isinstance(error, StoreLost) or loop.time() >= deadline:
                    raise TemporaryFailure(error.what, error.hint) from error
                await asyncio.sleep(0.5)

    async def process_journal(self, until: JournalEntry | None = None) -> None:
        """Do nothing: the journal thread processes new rows."""

    async def follow_delivery(self, outbox: int, seconds: int, viewer: Actor) -> Any:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            settled = self._delivered
            row = calls.outbox_row(await self.read(lambda: self._store.ask(ShowOutbox(outbox), viewer)))
            left = deadline - loop.time()
            if row["state"] in calls.SETTLED or left <= 0:
                return row
            try:
                async with asyncio.timeout(min(left, 5.0)):
                    await settled.wait()
            except TimeoutError:
                continue
