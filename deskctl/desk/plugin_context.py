"""The contexts that the desk passes to the code of plugins (`deskctl.plugins.automation.PluginContext`)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

from deskctl.core.agents.model import DESK
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.command import Command
from deskctl.core.kernel.query import Query
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.channels import ChannelInfo, Channels
from deskctl.dataclass import dataclass
from deskctl.desk.components import Components
from deskctl.desk.execution import execute_in_unit
from deskctl.errors import Refused, UsageError
from deskctl.i18n import _
from deskctl.plugins import actions
from deskctl.plugins.automation import DeskView

#: The commands that a plugin may execute.
ACTIONS = tuple(action for name in actions.__all__ if issubclass(action := getattr(actions, name), Command))


@dataclass(frozen=True, slots=True)
class ConnectedDesk:
    """The state of the desk inside one transaction, as visible to `viewer`."""

    components: Components = field(repr=False)
    connection: Any = field(repr=False)
    viewer: Callable[[], Actor] = field(default=lambda: DESK, repr=False)

    def ask(self, query: Query) -> Any:
        return self.components.store.ask_on(self.connection, query, self.viewer())


class _Common:
    """The parts of a context that do not need a connection."""

    def __init__(self, components: Components, plugin: str) -> None:
        self.log = logging.getLogger(f"deskctl.plugin.{plugin}")
        self.config = components.config.plugin_tables.get(plugin)
        self.language = components.store.settings.language
        self._settings = components.store.settings

    def now(self) -> datetime:
        return datetime.now(UTC)

    def channel(self, name: str) -> ChannelInfo | None:
        return self._settings.of(Channels).channel(name)


class Context(_Common):
    """The context of one call of a plugin's function, on one connection."""

    def __init__(
        self, components: Components, plugin: str, connection: Any, viewer: Callable[[], Actor] = lambda: DESK
    ) -> None:
        super().__init__(components, plugin)
        self.desk: DeskView = ConnectedDesk(components, connection, viewer)
        self.connection = connection


class LazyContext(_Common):
    """The context of an automation. It opens a connection on first use, because an automation may wait for long."""

    def __init__(self, components: Components, plugin: str, connect: Callable[[], Any]) -> None:
        super().__init__(components, plugin)
        self.desk: DeskView = components.store
        self._connect = connect
        self._connection: Any = None

    @property
    def connection(self) -> Any:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection


class PluginRequestContext(Context):
    """The `deskctl.plugins.requests.RequestContext`. `who(needed)` returns the caller, an agent if `needed`."""

    def __init__(
        self,
        components: Components,
        plugin: str,
        connection: Any,
        who: Callable[[bool], Actor],
        unit: Unit | None = None,
    ) -> None:
        super().__init__(components, plugin, connection, lambda: who(False))
        self._who = who
        self._unit = unit

    @property
    def actor(self) -> str:
        return self._who(False)

    def execute(self, command: Command) -> dict[str, Any]:
        if self._unit is None:
            raise Refused(_("this request changes nothing"), _("its RequestType says writes=False"))
        check_action(command)
        outcome = execute_in_unit(self._unit, command, self._who(command.needs_agent)).outcome
        return outcome.facts


def check_action(command: object) -> None:
    """Raise UsageError for a command that plugins may not execute."""
    if not isinstance(command, ACTIONS):
        raise UsageError(_("{type} is no command of deskctl.plugins.actions", type=type(command).__name__))
