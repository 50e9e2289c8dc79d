"""The interface of a desk. All commands use it.

`local.LocalDesk` runs on the store in this process, `remote.RemoteDesk` uses the socket of the daemon. Both behave the
same.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from ..core.kernel.command import Command
    from ..core.kernel.outcome import Outcome
    from ..core.kernel.query import Query


class DeskInfo(NamedTuple):
    """General information about a desk. `agent` is the default agent of the caller, None if there is none."""

    name: str
    timezone: str
    language: str
    version: str
    daemon: bool
    agent: str | None
    agents: tuple[str, ...]  # handles of active agents


class Desk(Protocol):
    """A desk. Its methods raise DeskctlError, the same error with and without a daemon."""

    @property
    def info(self) -> DeskInfo: ...

    def execute(self, command: Command, *, agent: str | None = None, dry_run: bool = False) -> Outcome:
        """Execute a command as `agent` (None: the default agent of the caller). With `dry_run`, change nothing."""
        ...

    def ask(self, query: Query, *, agent: str | None = None) -> Any:
        """Return the JSON document that answers a query, as visible to `agent` (None: the default agent)."""
        ...

    def rows(self, query: Query, *, agent: str | None = None) -> Collection[Any]:
        """Return the list that answers a query. Through the daemon, only a part of it is in memory at any time."""
        ...

    def request(self, name: str, /, *, agent: str | None = None, dry_run: bool = False, **params: Any) -> Any:
        """Run a request of a plugin (`PLUGIN.VERB`) as `agent` (None: the default agent) and return its document."""
        ...

    def call(self, request: str, *, agent: str | None = None, **params: Any) -> Any:
        """Make a call (see `calls`), for example to ingest a raw mail or to test a channel. `agent` as in `ask`."""
        ...

    def close(self) -> None: ...
