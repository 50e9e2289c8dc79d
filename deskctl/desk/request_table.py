"""The table of requests that a desk accepts: for each name the permission and the handler.

A local desk and the daemon's socket use the same table. Commands and queries declare their audience with their class in
the core, calls in `calls`, requests of plugins in the plugin. What is not declared is refused.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from deskctl.core.agents.model import Agent
from deskctl.core.kernel.permissions import Audience, Kind, Rights
from deskctl.core.operations.queries import DeskHealth
from deskctl.core.undo.commands import Undo
from deskctl.dataclass import dataclass
from deskctl.desk import plugin_requests
from deskctl.desk.caller import Caller
from deskctl.desk.calls import CALLS, unknown_call
from deskctl.desk.decode import Request, build, has_files, known_commands
from deskctl.desk.environment import Environment
from deskctl.desk.execution import check_undo, execute_command
from deskctl.desk.wire import LINE_LIMIT, LONG_LINE
from deskctl.errors import DeskctlError, UsageError
from deskctl.i18n import _

log = logging.getLogger("deskctl.desk")

#: Rows of one page of a streamed answer.
PAGE_ROWS = 500

Handler = Callable[[Environment, Request, "Entry", Caller, list[Agent]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that the desk accepts: its permission and its handler."""

    kind: Kind
    name: str
    audience: Audience
    handler: Handler


async def answer(environment: Environment, request: Request, caller: Caller) -> Any:
    """Check the permission of the caller and return the JSON document that answers a request. Raises DeskctlError."""
    agents, entry = await _permitted(environment, request, caller)
    return await entry.handler(environment, request, entry, caller, agents)


async def stream(environment: Environment, request: Request, caller: Caller) -> AsyncIterator[list[Any]]:
    """Check the permission of the caller and yield the rows that answer a query, some at a time. Raises DeskctlError.

    The keys of all rows are read first, so that a row that changes meanwhile is neither missed nor repeated.
    """
    agents, entry = await _permitted(environment, request, caller)
    query, store = request.query, environment.components.store
    assert query is not None
    viewer = caller.viewer(entry.audience, agents, request.claim)
    keys = await environment.read(lambda: store.keys(query, viewer))
    if keys is None:
        found = await entry.handler(environment, request, entry, caller, agents)
        if not isinstance(found, list):
            raise UsageError(_("the answer to {name} is not a list", name=entry.name))
        for start in range(0, len(found), PAGE_ROWS):
            yield found[start : start + PAGE_ROWS]
        return
    for start in range(0, len(keys), PAGE_ROWS):
        some = keys[start : start + PAGE_ROWS]
        yield await environment.read(lambda: store.rows(query, some, viewer))  # noqa: B023 - called at once


def largest(environment: Environment, verb: str, name: str) -> int:
    """Return the largest line that a request needs, in bytes: most requests have texts, a few have files or mails."""
    if verb == "execute":
        command = known_commands().get(name)
        return 0 if command is None else LINE_LIMIT if has_files(command) else LONG_LINE
    if verb == "call":
        return LINE_LIMIT if name == "ingest" else LONG_LINE if name in CALLS else 0
    if verb == "request":
        declared = environment.components.plugins.requests.get(name)
        return 0 if declared is None else LINE_LIMIT if declared.type.writes else LONG_LINE
    return LONG_LINE if verb == "ask" else 0


async def _permitted(environment: Environment, request: Request, caller: Caller) -> tuple[list[Agent], Entry]:
    """Return the agents and the entry of a request. Raises Refused if the caller may not use it."""
    agents = await environment.agents()
    entry = find(environment, request)
    if entry is None:
        if caller.rights(agents, ()) != Rights():
            raise unknown_call(request.call or "")
        entry = Entry(Kind.CALL, request.call or "", Audience.DESK, _call)
    caller.check(entry.audience, entry.kind, entry.name, agents, environment.components.config.desk.ingest_users)
    return agents, entry


def find(environment: Environment, request: Request) -> Entry | None:
    """Return the entry of a request, None for an unknown call."""
    if request.command is not None:
        name = type(request.command).__name__
        return Entry(Kind.COMMAND, name, request.command.audience, _execute)
    if request.query is not None:
        name = type(request.query).__name__
        handler = _health if isinstance(request.query, DeskHealth) else _ask
        return Entry(Kind.QUERY, name, request.query.audience, handler)
    if request.request is not None:
        audience = plugin_requests.audience(environment.components, request.request)
        return Entry(Kind.REQUEST, request.request, audience, _run_plugin_request)
    call = CALLS.get(request.call or "")
    return Entry(Kind.CALL, call.name, call.audience, _call) if call is not None else None


async def _execute(
    environment: Environment, request: Request, entry: Entry, caller: Caller, agents: list[Agent]
) -> Any:
    command, store = request.command, environment.components.store
    assert command is not None
    if request.dry_run or command.reads:
        executed = await environment.read(lambda: execute_command(store, command, caller, request.claim, True))
        return executed.outcome
    if isinstance(command, Undo):
        # An undo in portions decides about the first one only. The check decides about all, while others write.
        await environment.read(lambda: check_undo(store, command, caller, request.claim))
    executed = await environment.write(
        lambda: execute_command(store, command, caller, request.claim, invocation=request.invocation)
    )
    environment.on_executed(executed)
    return executed.outcome


async def _ask(environment: Environment, request: Request, entry: Entry, caller: Caller, agents: list[Agent]) -> Any:
    query = request.query
    assert query is not None
    viewer = caller.viewer(entry.audience, agents, request.claim)
    return await environment.read(lambda: environment.components.store.ask(query, viewer))


async def _health(environment: Environment, request: Request, entry: Entry, caller: Caller, agents: list[Agent]) -> Any:
    caller.viewer(entry.audience, agents, request.claim)
    return environment.health()


async def _call(environment: Environment, request: Request, entry: Entry, caller: Caller, agents: list[Agent]) -> Any:
    call = CALLS[entry.name]
    viewer = caller.viewer(entry.audience, agents, request.claim)
    params = build(call.params, entry.name, request.params or {})
    return await call.run(environment, params, viewer)


async def _run_plugin_request(
    environment: Environment, request: Request, entry: Entry, caller: Caller, agents: list[Agent]
) -> Any:
    components = environment.components
    prepared = plugin_requests.prepare(components, request, caller, agents)
    try:
        if not prepared.type.writes:
            return (await environment.read(lambda: plugin_requests.run(components, prepared))).document
        response = await environment.write(lambda: plugin_requests.run(components, prepared))
    except DeskctlError as error:
        if error.__cause__ is not None:
            log.warning("%s on %s", error.what, entry.name, exc_info=error.__cause__)
        raise
    if response.changes is not None:
        environment.on_changes(response.changes)
    return response.document
