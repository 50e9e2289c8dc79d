"""Requests of plugins: decoded, run on a reader or in a transaction, and answered. The same wherever the desk runs."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from deskctl.core.changes import Changes
from deskctl.core.people import Actor, Agent
from deskctl.core.permissions import Kind
from deskctl.core.queries.admin import ListAgents
from deskctl.core.staff_events import PluginWrote
from deskctl.core.suggest import did_you_mean
from deskctl.core.unit import Unit
from deskctl.desk.caller import Caller
from deskctl.desk.components import Components
from deskctl.desk.decode import build
from deskctl.desk.execution import agents_of
from deskctl.desk.plugin_context import PluginRequestContext
from deskctl.errors import DeskctlError, NotFound
from deskctl.plugins.requests import RequestType

log = logging.getLogger("deskctl.plugins")

T = TypeVar("T")

#: Seconds after which a handler that holds the one writer is named in the log.
LONG = 2.0
#: By thread: the plugin whose function runs there, and since when (`time.monotonic`).
RUNNING_PLUGINS: dict[int, tuple[str, float]] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a plugin that can be run. `params` is an instance of its own class."""

    plugin: str
    type: RequestType
    params: Any
    caller: Caller
    claim: str | None = None
    dry_run: bool = False
    invocation: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """`changes` is what it changed of the desk, None where nothing was written."""

    document: Any
    changes: Changes | None


def asked(
    components: Components,
    name: str,
    params: Mapping[str, Any],
    caller: Caller,
    agents: Sequence[Agent],
    claim: str | None,
    dry_run: bool,
    invocation: str | None = None,
) -> Asked:
    """Return the request, decoded, that the caller may use.

    Raises Refused, NotFound for a request that no plugin has, and UsageError for params that do not fit.
    """
    owned = components.plugins.requests.get(name)
    who = "agent" if owned is None else owned.type.who
    caller.check(Kind.REQUEST, who, agents, components.config.desk.ingest_users)
    if owned is None:
        raise _unknown(components, name)
    caller.actor(agents, claim, needed=owned.type.needs_agent)  # also where the plugin never asks who it is
    return Asked(owned.plugin, owned.type, build(owned.type.params, name, params), caller, claim, dry_run, invocation)


def answered(components: Components, asked: Asked) -> Answered:
    """Run it: on the writer where `asked.type.writes`. Raises DeskctlError."""
    if not asked.type.writes:
        return Answered(
            components.store.read_with_connection(lambda connection: _read(components, asked, connection)), None
        )

    def work(unit: Unit, connection: Any) -> Answered:
        def who(needed: bool) -> Actor:
            return _resolve(asked, unit.agents.values(), needed)

        unit.invocation = asked.invocation
        context = PluginRequestContext(components, asked.plugin, connection, who, unit)
        if asked.type.needs_agent:
            who(True)
        document = call_plugin(components, asked.plugin, lambda: asked.type.handler(asked.params, context))
        if asked.type.counts:
            unit.begin(asked.type.name, who(asked.type.needs_agent), undoable=True)
            done = PluginWrote(None, asked.plugin, asked.type.name, asked.type.undo or None)
            unit.record(done, who(asked.type.needs_agent))
        return Answered(_plain(asked, document), None if asked.dry_run else unit.changes)

    since = time.monotonic()
    try:
        return components.store.with_connection(work, dry_run=asked.dry_run, name="plugin_request")
    finally:
        took = time.monotonic() - since
        if took > LONG:
            log.warning("the plugin %s held the writer for %.1f s with %s", asked.plugin, took, asked.type.name)


def _read(components: Components, asked: Asked, connection: Any) -> Any:
    def who(needed: bool) -> Actor:
        return _resolve(asked, agents_of(components.store.ask_on(connection, ListAgents())), needed)

    if asked.type.needs_agent:
        who(True)
    context = PluginRequestContext(components, asked.plugin, connection, who)
    return _plain(asked, call_plugin(components, asked.plugin, lambda: asked.type.handler(asked.params, context)))


def call_plugin(components: Components, plugin: str, work: Callable[[], T]) -> T:
    """What a plugin's function gives; its mistakes come out under its name, the store's faults as they are."""
    here = threading.get_ident()
    RUNNING_PLUGINS[here] = plugin, time.monotonic()
    try:
        return work()
    except DeskctlError:
        raise
    except Exception as error:
        if components.store.is_at_fault(error):
            raise
        raise failed(plugin, error) from error
    finally:
        RUNNING_PLUGINS.pop(here, None)


def failed(plugin: str, error: BaseException) -> DeskctlError:
    """A plugin's mistake, without what it was about: details are for the log."""
    return DeskctlError(
        f"the plugin {plugin} failed: {type(error).__name__}", "the fault is the plugin's; --debug and the log say more"
    )


def _plain(asked: Asked, document: Any) -> Any:
    """Raises DeskctlError for an answer that is no JSON: it would be another one over the socket."""
    try:
        return json.loads(json.dumps(document))
    except (TypeError, ValueError) as error:
        raise failed(asked.plugin, error) from error


def _resolve(asked: Asked, agents: Any, needed: bool) -> Actor:
    return asked.caller.actor(agents, asked.claim, needed=needed)


def _unknown(components: Components, name: str) -> NotFound:
    plugin = name.partition(".")[0]
    why = components.plugins.absent().get(plugin)
    if why is not None:
        return NotFound(f"nobody answers {name}: the plugin {plugin} is off: {why}", "deskctl plugin list")
    if any(row["name"] == plugin for row in components.plugins.rows()):
        near = did_you_mean(name, components.plugins.requests)
        return NotFound(f"the plugin {plugin} has no request {name}{near}", f"deskctl plugin show {plugin}")
    return NotFound(f"nobody answers {name}: there is no plugin {plugin}", "deskctl plugin list shows what is here")
