"""The contract of a request: a plugin adds its own queries and commands. They work with and without a daemon.

    @dataclass(frozen=True)
    class Count:
        colour: str = "grey"

    def count(params: Count, context: RequestContext) -> int: ...

    @hookimpl
    def deskctl_requests():
        return [RequestType("pigeons.count", Count, count)]

A command of the plugin runs it with `context.desk().request("pigeons.count", colour="white")`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

from ..dataclass import dataclass
from .automation import WriteContext


class RequestContext(WriteContext, Protocol):
    """The context of a handler. `execute` works only if the request writes."""


@dataclass(frozen=True, slots=True)
class RequestType:
    """A request. `name` is PLUGIN.VERB; `params` is a frozen dataclass of text, numbers, booleans, tuples and None.

    `handler(params, context)` returns a JSON document. With `writes` it runs inside a transaction on the writer, which
    is rolled back if it raises (and with `--dry-run`); otherwise it runs on a reader. It may run again after a
    conflict, so it must only read and write tables, and quickly, because the desk has one writer. `needs_agent`: the
    caller must be an agent. `who`: "agent", or "owner" if only the owner of the desk and root may use it.

    A request that writes counts as a command of its caller. `deskctl undo` cannot undo it and shows `undo`, the way to
    reverse it ("deskctl pigeons release sets it free"). `counts` is False if the request only updates internal records
    of the plugin that its caller would not regard as a change.

    The handler raises DeskctlError. Any other exception is reported as an error in the plugin.
    """

    name: str
    params: type
    handler: Callable[[Any, RequestContext], Any]
    writes: bool = False
    needs_agent: bool = False
    description: str = ""
    who: Literal["agent", "owner"] = "agent"
    counts: bool = True
    undo: str = ""


@dataclass(frozen=True, slots=True)
class PluginTables:
    """The tables of a plugin. `migrations` is a package with one module per revision, in the order of their names.

    Each module has a function `def upgrade(connection: Connection) -> None`. The store records the applied revisions of
    each plugin, even if the plugin is not installed. Table names begin with the name of the plugin and an underscore.
    """

    migrations: str
