"""Requests of plugins: decode them, and run them on a reader or in a transaction."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from deskctl import i18n
from deskctl.core.agents.model import Agent
from deskctl.core.agents.repository import Agents
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.changes import Changes
from deskctl.core.kernel.events import PluginWrote
from deskctl.core.kernel.permissions import REQUESTS, Audience
from deskctl.core.kernel.unit import Unit
from deskctl.core.values.suggestions import did_you_mean
from deskctl.dataclass import dataclass
from deskctl.desk.caller import Caller
from deskctl.desk.components import Components
from deskctl.desk.decode import Request, build
from deskctl.desk.plugin_context import PluginRequestContext
from deskctl.errors import DeskctlError, NotFound
from deskctl.i18n import _
from deskctl.plugins.requests import RequestType

log = logging.getLogger("deskctl.plugins")

T = TypeVar("T")

#: Seconds. A handler that blocks the writer thread longer is logged.
SLOW = 2.0


class RunningPlugins(dict[int, tuple[str, float]]):
    """By thread: the plugin whose function runs in it, and since when (`time.monotonic`)."""

    def __init__(self) -> None:
        super().__init__()
        #: Called when a function of a plugin starts.
        self.on_start: Callable[[], None] = lambda: None


RUNNING_PLUGINS = RunningPlugins()


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A decoded request of a plugin. `params` is an instance of the class of its parameters."""

    plugin: str
    type: RequestType
    params: Any
    caller: Caller
    claim: str | None = None
    dry_run: bool = False
    invocation: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a request. `changes` are its changes to the desk, None if nothing was written."""

    document: Any
    changes: Changes | None


def audience(components: Components, name: str) -> Audience:
    """Return the audience of a plugin request. An unknown request counts as one for agents."""
    owned = components.plugins.requests.get(name)
    return REQUESTS.get("agent" if owned is None else owned.type.who, Audience.DESK)


def prepare(components: Components, request: Request, caller: Caller, agents: Sequence[Agent]) -> PreparedRequest:
    """Decode a request of a plugin.

    Raises NotFound for an unknown request, UsageError for wrong parameters, Refused if the caller may not act as the
    agent they name.
    """
    name, claim = request.request or "", request.claim
    owned = components.plugins.requests.get(name)
    if owned is None:
        raise _unknown(components, name)
    caller.actor(agents, claim, needed=owned.type.needs_agent)  # also if the plugin never uses the actor
    params = build(owned.type.params, name, request.params or {})
    return PreparedRequest(owned.plugin, owned.type, params, caller, claim, request.dry_run, request.invocation)


def run(components: Components, request: PreparedRequest) -> Response:
    """Run a request of a plugin. One that writes must run on the writer. Raises DeskctlError."""
    if not request.type.writes:
        document = components.store.read_with_connection(lambda connection: _read(components, request, connection))
        return Response(document, None)

    def work(unit: Unit, connection: Any) -> Response:
        def who(needed: bool) -> Actor:
            return _resolve(request, Agents.of(unit).agents.values(), needed)

        unit.invocation = request.invocation
        context = PluginRequestContext(components, request.plugin, connection, who, unit)
        if request.type.needs_agent:
            who(True)
        document = call_plugin(components, request.plugin, lambda: request.type.handler(request.params, context))
        if request.type.counts:
            unit.begin(request.type.name, who(request.type.needs_agent), undoable=True)
            done = PluginWrote(None, request.plugin, request.type.name, request.type.undo or None)
            unit.record(done, who(request.type.needs_agent))
        return Response(_plain(request, document), None if request.dry_run else unit.changes)

    since = time.monotonic()
    try:
        return components.store.with_connection(work, dry_run=request.dry_run, name="plugin_request")
    finally:
        took = time.monotonic() - since
        if took > SLOW:
            name = request.type.name
            log.warning("the plugin %s blocked the writer for %.1f s with %s", request.plugin, took, name)


def _read(components: Components, request: PreparedRequest, connection: Any) -> Any:
    def who(needed: bool) -> Actor:
        return _resolve(request, components.store.agents_on(connection), needed)

    if request.type.needs_agent:
        who(True)
    context = PluginRequestContext(components, request.plugin, connection, who)
    return _plain(
        request, call_plugin(components, request.plugin, lambda: request.type.handler(request.params, context))
    )


def call_plugin(components: Components, plugin: str, work: Callable[[], T]) -> T:
    """Call a function of a plugin. Errors of the plugin become a DeskctlError with its name."""
    try:
        with running_plugin(plugin):
            return work()
    except DeskctlError:
        raise
    except Exception as error:
        if components.store.is_at_fault(error):
            raise
        raise plugin_error(plugin, error) from error


@contextlib.contextmanager
def running_plugin(plugin: str) -> Iterator[None]:
    """Record that code of a plugin runs in this thread, so that a plugin that blocks it is found."""
    here = threading.get_ident()
    RUNNING_PLUGINS[here] = plugin, time.monotonic()
    RUNNING_PLUGINS.on_start()
    try:
        yield
    finally:
        RUNNING_PLUGINS.pop(here, None)


def plugin_error(plugin: str, error: BaseException) -> DeskctlError:
    """Return the error for an exception in a plugin. Details that may contain customer data go to the log only."""
    return DeskctlError(
        _("the plugin {plugin} failed: {error}", plugin=plugin, error=type(error).__name__),
        _("this is an error in the plugin; see the log, or use --debug"),
    )


def _plain(request: PreparedRequest, document: Any) -> Any:
    """Return the document after a round trip through JSON. Raises DeskctlError if that is not possible."""
    try:
        return i18n.restored(json.loads(json.dumps(document)), i18n.texts_in(document))
    except (TypeError, ValueError) as error:
        raise plugin_error(request.plugin, error) from error


def _resolve(request: PreparedRequest, agents: Any, needed: bool) -> Actor:
    return request.caller.actor(agents, request.claim, needed=needed)


def _unknown(components: Components, name: str) -> NotFound:
    plugin = name.partition(".")[0]
    why = components.plugins.disabled_reasons().get(plugin)
    if why is not None:
        what = _("no plugin answers {name}: the plugin {plugin} is off: {why}", name=name, plugin=plugin, why=why)
        return NotFound(what, _("deskctl plugin list"))
    if any(row["name"] == plugin for row in components.plugins.rows()):
        near = did_you_mean(name, components.plugins.requests)
        what = _("the plugin {plugin} has no request {name}{suggestion}", plugin=plugin, name=name, suggestion=near)
        return NotFound(what, _("deskctl plugin show {plugin}", plugin=plugin))
    what = _("no plugin answers {name}: there is no plugin {plugin}", name=name, plugin=plugin)
    return NotFound(what, _("deskctl plugin list shows the installed plugins"))
