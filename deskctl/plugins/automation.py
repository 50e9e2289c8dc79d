"""The contract of an automation: what happened on the desk, and what a plugin makes of it.

The desk writes a job in the transaction in which something happened, and runs it after the commit; what the
automation answers is carried out in one transaction that also ends the job. So nothing is missed and nothing is done
twice, whenever the process dies: an automation must be able to be asked the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from logging import Logger
from typing import Any, NamedTuple, Protocol

from ..core.kernel.command import Command
from ..core.kernel.query import Query


class Happening(NamedTuple):
    """One event of the desk. `kind` and `facts` as `deskctl log N --json` shows them; `at` is aware, UTC.

    `actor` is `agent:HANDLE`, `contact:ID`, `system:WHAT` or `user:LOGIN`; `ticket` None for what concerns none.
    """

    id: int
    kind: str
    ticket: int | None
    actor: str
    at: datetime
    facts: Mapping[str, Any]


class DeskView(Protocol):
    """The desk as a plugin may look at it: queries of `deskctl.plugins.queries`, answered as JSON documents."""

    def ask(self, query: Query) -> Any:
        """Raises NotFound."""
        ...


class PluginContext(Protocol):
    """What a plugin's own code is given. Blocking; in a thread of the desk's."""

    log: Logger
    """Never log message bodies or secrets."""
    desk: DeskView
    config: Any
    """The plugin's table `[plugins.NAME]` as its own class (hook `deskctl_config`), None when it has none."""
    language: str
    """The desk's language, BCP 47."""

    @property
    def connection(self) -> Any:
        """A SQLAlchemy Connection to the desk's store, for the plugin's own tables (hook `deskctl_tables`) and no
        others. It can write where a request writes and in a `Write` of an automation; elsewhere it only reads."""
        ...

    def now(self) -> datetime:
        """Aware, UTC."""
        ...

    def channel(self, name: str) -> ChannelView | None:
        """What the desk knows of a configured channel."""
        ...


class ChannelView(Protocol):
    """A channel's common settings."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def sends(self) -> bool: ...
    @property
    def answer(self) -> bool:
        """Whether a machine may give the first answer here (`answer = true` in the channel's table)."""
        ...

    @property
    def hours(self) -> str:
        """When people answer here, in words for people; "" where nobody said."""
        ...


class WriteContext(PluginContext, Protocol):
    """What is given to work inside a transaction that writes, beside the rest."""

    @property
    def actor(self) -> str:
        """Who is at work: `agent:HANDLE` where that is known, else `user:LOGIN`; `system:PLUGIN` for an automation."""
        ...

    def execute(self, command: Command) -> dict[str, Any]:
        """Carry out a command of `deskctl.plugins.actions` in the same transaction. The facts it gave: the numbers that
        were made. Raises DeskctlError."""
        ...


@dataclass(frozen=True, slots=True)
class Write:
    """Work for the transaction that ends a job: the plugin's own tables are written, and commands carried out whose
    numbers it needs. It may run again after a conflict, so it does nothing else; and the desk has one writer, so it is
    quick."""

    work: Callable[[WriteContext], Any]


@dataclass(frozen=True, slots=True)
class AutomationType:
    """An automation. `on` are the kinds of event it wants to hear of, and none else is ever told.

    `run(happening, context)` gives commands of `deskctl.plugins.actions`, carried out one after another as
    `system:PLUGIN`, and `Write`s between them, all in one transaction; it may wait for others meanwhile (a web
    service), it may not write. An automation is not told of what it caused itself. A run past `seconds`, and one that
    raises, is reported with the plugin's name and tried again, later each time, five times at most. What a spam ticket
    goes through is not told, nor mail that was there before the desk.
    """

    name: str
    on: frozenset[str]
    run: Callable[[Happening, PluginContext], Iterable[Command | Write]]
    seconds: float = 10.0
    description: str = ""
