"""A plugin's own questions and commands, asked through the desk: the same with a daemon and without one.

    @dataclass(frozen=True)
    class Count:
        colour: str = "grey"

    def count(params: Count, context: RequestContext) -> int: ...

    @hookimpl
    def deskctl_requests():
        return [RequestType("pigeons.count", Count, count)]

A command of the plugin asks `context.desk().request("pigeons.count", colour="white")`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from .automation import WriteContext


class RequestContext(WriteContext, Protocol):
    """What a handler is given beside its parameters. `execute` only where the request writes."""


@dataclass(frozen=True, slots=True)
class RequestType:
    """A request. `name` is PLUGIN.VERB; `params` a frozen data class of text, numbers, booleans, tuples and None.

    `handler(params, context)` gives a JSON document; with `writes` inside a transaction on the writer, which is
    rolled back when it raises (and with `--dry-run`), otherwise on a reader. It may be run again after a conflict, so
    it does nothing but read and write its tables, and quickly: the desk has one writer. `needs_agent`: only an agent
    may ask. `who`: "agent", or "owner" where only the desk's owner and root may ask; agents never ask without
    being one of these.

    A request that writes counts as a command of its caller. `deskctl undo` cannot take it back; it says so with `undo`,
    the way to reverse it ("deskctl pigeons release sets it free"). `counts` is False where the request only keeps the
    plugin's own records, and no caller would call it a change.

    Raises DeskctlError; anything else is reported as the plugin's fault.
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
    """A plugin's own tables: `migrations` is a package with one module a revision, in the order of their names.

    Each module has `def upgrade(connection: Connection) -> None`. What was done is kept by plugin, so that a plugin
    can come, go and come again. Table names begin with the plugin's name and an underscore.
    """

    migrations: str
