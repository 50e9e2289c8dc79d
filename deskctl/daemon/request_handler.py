"""The desk as the daemon's socket serves it: commands on the writer, questions on readers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any, TypeVar

from deskctl import __version__
from deskctl.core.changes import Changes
from deskctl.core.journal import JournalEntry
from deskctl.core.people import Actor, Agent
from deskctl.core.permissions import CALLS, Kind, Rights
from deskctl.core.queries import Query
from deskctl.core.queries.admin import DeskHealth, ListAgents, ShowOutbox
from deskctl.daemon.channels import OpenChannel
from deskctl.daemon.health import DaemonHealth
from deskctl.daemon.writer import WritePriority, Writer
from deskctl.desk import calls, channel_calls, plugin_report, plugin_requests, suggestions
from deskctl.desk.caller import Caller
from deskctl.desk.components import Components
from deskctl.desk.decode import Request
from deskctl.desk.execution import Executed, agents_of, execute_command
from deskctl.desk.local import JOURNAL_WITHIN
from deskctl.desk.requests import Ingested
from deskctl.desk.wire import PROTOCOL, line
from deskctl.errors import DeskctlError, StoreLost, TemporaryFailure, Unavailable

log = logging.getLogger("deskctl.daemon.desk")

T = TypeVar("T")

#: Longest that a client may follow an outgoing message, in seconds.
FOLLOW_WITHIN = 600


class RequestHandler:
    """Answers requests in the daemon's loop. `performed` and `changed` hear of every change."""

    def __init__(
        self,
        components: Components,
        writer: Writer,
        readers: Executor,
        health: DaemonHealth,
        channels: Mapping[str, OpenChannel],
        performed: Callable[[Executed], None],
        changed: Callable[[Changes], None],
        start: Callable[[str], bool] = lambda name: False,
        jobs_changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`start` begins again with a channel that stopped, and says whether it had; `jobs_changed` is told when there
        is a job to run."""
        self._components = components
        self._store = components.store
        self._writer = writer
        self._readers = readers
        self._health = health
        self._channels = channels
        self._performed = performed
        self._changed = changed
        self._start = start
        self._jobs_changed = jobs_changed
        self._agents: list[Agent] | None = None
        self._delivered = asyncio.Event()

    # --- told from outside ------------------------------------------------------------------------

    def forget_agents(self) -> None:
        """Agents changed; the next hello reads them again."""
        self._agents = None

    def delivery_settled(self) -> None:
        """Something was sent or given up: whoever follows an outgoing message looks again."""
        self._delivered.set()
        self._delivered = asyncio.Event()

    # --- answering --------------------------------------------------------------------------------

    async def hello(self, caller: Caller) -> bytes:
        agents = await self._active_agents()
        rights = caller.rights(agents, ())
        if not rights.owner and rights.agent is None:
            agents = []  # who works here is no stranger's business
        me = caller.agent(agents)
        desk = self._components.config.desk
        return line(
            {
                "deskctl": __version__,
                "protocol": PROTOCOL,
                "desk": desk.name,
                "timezone": desk.timezone,
                "language": desk.language,
                "agent": me.handle if me else None,
                "agents": sorted(agent.handle for agent in agents),
            }
        )

    async def answer(self, request: Request, caller: Caller) -> bytes:
        """The line that answers, if the caller may have it. Raises DeskctlError."""
        agents = await self._active_agents()
        if request.query is not None:
            viewer = self._viewer(Kind.QUERY, type(request.query).__name__, request, caller, agents)
            return await self._ask(request.id, request.query, viewer)
        if request.request is not None:
            return await self._request(request, request.request, caller, agents)
        if request.call is not None:
            if request.call not in CALLS and caller.rights(agents, ()) != Rights():
                raise calls.unknown_call(request.call)
            viewer = self._viewer(Kind.CALL, request.call, request, caller, agents)
            answer = await self._call(request.call, request.params or {}, viewer)
            return await self._read(lambda: line({"id": request.id, "ok": answer}))
        command = request.command
        assert command is not None
        caller.check(Kind.COMMAND, type(command).__name__, agents, self._components.config.desk.ingest_users)
        performed = await self._writer.call(
            WritePriority.COMMAND,
            lambda: execute_command(self._store, command, caller, request.claim, request.dry_run, request.invocation),
        )
        if not request.dry_run:
            self._performed(performed)
        return line({"id": request.id, "ok": performed.outcome})

    async def _active_agents(self) -> list[Agent]:
        agents = self._agents
        if agents is None:
            agents = agents_of(await self._read(lambda: self._store.ask(ListAgents())))
            if self._components.on_sqlite:  # elsewhere others may change them
                self._agents = agents
        return agents

    def _viewer(self, kind: Kind, name: str, request: Request, caller: Caller, agents: list[Agent]) -> Actor:
        """As whom the caller uses this. Raises Refused and UsageError."""
        caller.check(kind, name, agents, self._components.config.desk.ingest_users)
        return caller.viewer(kind, name, agents, request.claim)

    async def _ask(self, number: int | str | None, query: Query, viewer: Actor) -> bytes:
        if isinstance(query, DeskHealth):
            return line({"id": number, "ok": self._health.report()})
        return await self._read(lambda: line({"id": number, "ok": self._store.ask(query, viewer)}))

    async def _request(self, request: Request, name: str, caller: Caller, agents: list[Agent]) -> bytes:
        """A plugin's. What it changes is written in priority, as everybody's."""
        params, claim = request.params or {}, request.claim
        asked = plugin_requests.asked(
            self._components, name, params, caller, agents, claim, request.dry_run, request.invocation
        )
        try:
            if not asked.type.writes:
                return await self._read(
                    lambda: line({"id": request.id, "ok": plugin_requests.answered(self._components, asked).document})
                )
            answered = await self._writer.call(
                WritePriority.COMMAND, lambda: plugin_requests.answered(self._components, asked)
            )
        except DeskctlError as error:
            if error.__cause__ is not None:
                log.warning("%s over %s", error.what, name, exc_info=error.__cause__)
            raise
        if answered.changes is not None:
            self._changed(answered.changes)
        return await self._read(lambda: line({"id": request.id, "ok": answered.document}))

    async def _call(self, name: str, params: Mapping[str, Any], viewer: Actor) -> Any:
        config = self._components.config
        match name:
            case "ingest":
                entry = await self._read(lambda: calls.ingested(config, params, datetime.now(UTC)))
                return await self._ingest(entry)
            case "channel_test":
                calls.only(params, "name")
                return await self._channel_test(calls.channel_name(config, calls.parameter(params, "name", str)))
            case "channel_action":
                # In a thread of its own: it may wait for a server, and questions must not wait for it.
                return await asyncio.to_thread(
                    channel_calls.action, self._components, params, lambda name: self._channels[name].context()
                )
            case "channel_start":
                calls.only(params, "name")
                name = calls.channel_name(config, calls.parameter(params, "name", str))
                return {"channel": name, "started": self._start(name)}
            case "raw":
                return await self._read(lambda: channel_calls.raw(self._components, params))
            case "reparse":
                return await asyncio.to_thread(
                    channel_calls.reparse,
                    self._components,
                    params,
                    lambda work: self._writer.run(WritePriority.COMMAND, work),
                    self._performed,
                )
            case "channels":
                calls.only(params)
                return calls.channel_rows(config, self._health.states())
            case "plugins":
                calls.only(params)
                return self._components.plugins.rows()
            case "plugin":
                return await self._read(lambda: plugin_report.plugin(self._components, params))
            case "jobs":
                calls.only(params)
                return await self._read(self._store.jobs.rows)
            case "job_retry" | "job_drop":
                done = await self._writer.call(WritePriority.COMMAND, lambda: calls.job(self._store.jobs, name, params))
                self._jobs_changed()
                return done
            case "suggest":
                return await self._read(lambda: suggestions.suggest(self._components, params, viewer))
            case "insert":
                return await self._read(lambda: suggestions.insert(self._components, params, viewer))
            case "wait_delivery":
                calls.only(params, "outbox", "seconds")
                seconds = min(calls.parameter(params, "seconds", int), FOLLOW_WITHIN)
                return await self._follow(calls.parameter(params, "outbox", int), seconds, viewer)
            case _:
                raise calls.unknown_call(name)

    async def _ingest(self, entry: JournalEntry) -> Ingested:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + JOURNAL_WITHIN
        while True:
            try:
                return {"channel": entry.channel, "new": await self._writer.deliver(entry)}
            except Unavailable as error:
                if isinstance(error, StoreLost) or loop.time() >= deadline:
                    raise TemporaryFailure(error.what, error.hint) from error
                await asyncio.sleep(0.5)

    async def _channel_test(self, name: str) -> Any:
        from deskctl.desk.probe import tried

        async with self._channels[name].use() as (channel, _):
            return calls.report(name, await tried(channel))

    async def _follow(self, outbox: int, seconds: int, viewer: Actor) -> Any:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            settled = self._delivered
            row = calls.outbox_row(await self._read(lambda: self._store.ask(ShowOutbox(outbox), viewer)))
            left = deadline - loop.time()
            if row["state"] in calls.SETTLED or left <= 0:
                return row
            try:
                async with asyncio.timeout(min(left, 5.0)):
                    await settled.wait()
            except TimeoutError:
                continue

    async def _read(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)
