"""The contract of an automation: a plugin reacts to events of the desk.

The desk writes a job in the transaction of an event and runs it after the commit. The commands that the automation
returns are executed in one transaction that also ends the job. So no event is missed and no command is executed twice,
even if the process dies. An automation may be called again for the same event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from logging import Logger
from typing import Any, NamedTuple, Protocol

from ..core.kernel.command import Command
from ..core.kernel.query import Query
from ..dataclass import dataclass


class Happening(NamedTuple):
    """An event of the desk. `kind` and `facts` are those of `deskctl log N --json`; `at` is aware, in UTC.

    `actor` is `agent:HANDLE`, `contact:ID`, `system:NAME` or `user:LOGIN`. `ticket` is None for an event without a
    ticket.
    """

    id: int
    kind: str
    ticket: int | None
    actor: str
    at: datetime
    facts: Mapping[str, Any]


class DeskView(Protocol):
    """The desk as seen by a plugin: it answers the queries of `deskctl.plugins.queries` with JSON documents."""

    def ask(self, query: Query) -> Any:
        """Return the document of a query. Raises NotFound."""
        ...


class PluginContext(Protocol):
    """The context that the code of a plugin gets. Its methods block; they are called in a thread."""

    log: Logger
    """A logger. Do not log message texts or secrets."""
    desk: DeskView
    config: Any
    """The table `[plugins.NAME]` as an instance of the config class (hook `deskctl_config`), None without one."""
    language: str
    """The language of the desk, as a BCP 47 code."""

    @property
    def connection(self) -> Any:
        """A SQLAlchemy Connection to the store. Use it only for the plugin's own tables (hook `deskctl_tables`).

        It can write in a request with `writes=True` and in a `Write` of an automation; otherwise it only reads.
        """
        ...

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...

    def channel(self, name: str) -> ChannelView | None:
        """Return the common settings of a configured channel, None if there is no such channel."""
        ...


class SettingsView(Protocol):
    """The settings of the desk that decide if an automation wants an event."""

    @property
    def language(self) -> str:
        """The language of the desk, as a BCP 47 code."""
        ...

    @property
    def channels(self) -> Mapping[str, ChannelView]:
        """The configured channels, by name."""
        ...


class ChannelView(Protocol):
    """The common settings of a channel."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def sends(self) -> bool: ...
    @property
    def answer(self) -> bool:
        """True if the first answer may be automatic (`answer = true` in the table of the channel)."""
        ...

    @property
    def hours(self) -> str:
        """The business hours as text for customers, "" if they are not configured."""
        ...


class WriteContext(PluginContext, Protocol):
    """The context inside a transaction that writes."""

    @property
    def actor(self) -> str:
        """The actor: `agent:HANDLE` if the agent is known, else `user:LOGIN`; `system:PLUGIN` in an automation."""
        ...

    def execute(self, command: Command) -> dict[str, Any]:
        """Execute a command of `deskctl.plugins.actions` in the same transaction and return its facts.

        The facts contain the numbers of created objects, such as a ticket. Raises DeskctlError.
        """
        ...


@dataclass(frozen=True, slots=True)
class Write:
    """Work for the transaction that ends a job: write the plugin's own tables, and execute commands if it needs their
    numbers. It may run again after a conflict, so it must have no other effects. It must be quick, because the desk has
    one writer.
    """

    work: Callable[[WriteContext], Any]


@dataclass(frozen=True, slots=True)
class AutomationType:
    """An automation. `on` are the kinds of events for which it is called.

    `run(happening, context)` returns commands of `deskctl.plugins.actions` and `Write` objects. They are executed in
    this order as `system:PLUGIN` in one transaction. `run` may wait for other services (a web service), but must not
    write. An automation is not called for events that it caused, for events of spam tickets, or for mail that is older
    than the desk. A run that raises or takes longer than `seconds` is reported with the name of the plugin and retried
    up to five times, with growing waits.

    `wants(happening, settings)` is called for each event of these kinds, in the transaction of the event. If it returns
    False, no job is written. It must be quick and depend on its parameters only.

    `run_many(happenings, context)` is called instead of `run` when several events wait, each of another ticket. It
    returns for each event, in order, what `run` would return. All of it is executed in one transaction. If
    `run_many` or the transaction fails, the desk calls `run` for each event.
    """

    name: str
    on: frozenset[str]
    run: Callable[[Happening, PluginContext], Iterable[Command | Write]]
    seconds: float = 10.0
    description: str = ""
    wants: Callable[[Happening, SettingsView], bool] | None = None
    run_many: Callable[[Sequence[Happening], PluginContext], Iterable[Iterable[Command | Write]]] | None = None
