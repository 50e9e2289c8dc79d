"""A desk that is used as the agent of a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from deskctl.core.kernel.command import Command
    from deskctl.core.kernel.outcome import Outcome
    from deskctl.core.kernel.query import Query
    from deskctl.desk import Desk, DeskInfo

#: Calls about tickets. Other calls concern the setup and are made as the caller.
_ABOUT_TICKETS = frozenset({"raw", "suggest", "insert", "wait_delivery"})


class AgentDesk:
    """Passes all requests to `desk` with the agent of the command line.

    `claim` is the agent of `--as`. `agent` is that agent or $DESKCTL_AGENT. The latter is used for work on tickets, not
    for the setup: otherwise the first agent could not be added. For queries, a $DESKCTL_AGENT who is not an agent of
    this desk is ignored.
    """

    def __init__(self, desk: Desk, claim: str | None, agent: str | None) -> None:
        self._desk = desk
        self._claim = claim
        self._agent = agent

    @property
    def info(self) -> DeskInfo:
        return self._desk.info

    def execute(self, command: Command, *, agent: str | None = None, dry_run: bool = False) -> Outcome:
        return self._desk.execute(command, agent=agent, dry_run=dry_run)

    def ask(self, query: Query, *, agent: str | None = None) -> Any:
        return self._desk.ask(query, agent=agent or (self._reader() if query.names_agent else self._claim))

    def rows(self, query: Query, *, agent: str | None = None) -> Collection[Any]:
        return self._desk.rows(query, agent=agent or (self._reader() if query.names_agent else self._claim))

    def request(self, name: str, /, *, agent: str | None = None, dry_run: bool = False, **params: Any) -> Any:
        return self._desk.request(name, agent=agent or self._agent, dry_run=dry_run, **params)

    def call(self, request: str, *, agent: str | None = None, **params: Any) -> Any:
        named = self._reader() if request in _ABOUT_TICKETS else self._claim
        return self._desk.call(request, agent=agent or named, **params)

    def _reader(self) -> str | None:
        if self._claim is None and self._agent is not None and self._agent not in self._desk.info.agents:
            return None
        return self._claim or self._agent

    def close(self) -> None:
        self._desk.close()
