"""The port of everything: whoever wants something of the desk says it here.

`local.LocalDesk` runs on the store in this process, `remote.RemoteDesk` speaks to the daemon's socket;
a caller cannot tell them apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from ..core.kernel.command import Command
    from ..core.kernel.outcome import Outcome
    from ..core.kernel.query import Query


class DeskInfo(NamedTuple):
    """What a desk says of itself in its hello. `agent` is who the caller is when no other is named, None: nobody."""

    name: str
    timezone: str
    language: str
    version: str
    daemon: bool
    agent: str | None
    agents: tuple[str, ...]  # handles of active agents


class Desk(Protocol):
    """Raises DeskctlError in every method; the same error wherever the desk runs."""

    @property
    def info(self) -> DeskInfo: ...

    def execute(self, command: Command, *, agent: str | None = None, dry_run: bool = False) -> Outcome:
        """Carry a command out as `agent` (None: whoever the caller is). `dry_run` says what would change."""
        ...

    def ask(self, query: Query, *, agent: str | None = None) -> Any:
        """The JSON document that the query names, as `agent` (None: whoever the caller is) may see it."""
        ...

    def request(self, name: str, /, *, agent: str | None = None, dry_run: bool = False, **params: Any) -> Any:
        """A request of a plugin (`PLUGIN.VERB`), asked as `agent` (None: whoever the caller is); its document."""
        ...

    def call(self, request: str, *, agent: str | None = None, **params: Any) -> Any:
        """What is neither a change of tickets nor a question to the store (see `requests`): ingest a raw
        mail, test a channel, follow an outgoing message, list plugins. `agent` as in `ask`."""
        ...

    def close(self) -> None: ...
