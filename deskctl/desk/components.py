"""The components of a desk. `deskctl.bootstrap` creates them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from deskctl.dataclass import dataclass
from deskctl.desk.intake import Parse
from deskctl.desk.ports import Store

if TYPE_CHECKING:
    from deskctl.config import Config
    from deskctl.core.kernel.records import RecordedEvent
    from deskctl.core.kernel.settings import Settings
    from deskctl.plugins.automation import AutomationType
    from deskctl.plugins.channel import ChannelType
    from deskctl.plugins.erasure import EraseType
    from deskctl.plugins.jobs import JobType
    from deskctl.plugins.manager import Owned
    from deskctl.plugins.requests import RequestType
    from deskctl.plugins.suggestion import SuggestionType
    from deskctl.plugins.ticket_action import ActionType


class Plugins(Protocol):
    """The loaded plugins. `deskctl.plugins.manager` implements it."""

    @property
    def channel_types(self) -> Mapping[str, ChannelType]: ...

    @property
    def requests(self) -> Mapping[str, Owned[RequestType]]: ...
    @property
    def automations(self) -> Mapping[str, Owned[AutomationType]]: ...
    @property
    def suggestions(self) -> Mapping[str, Owned[SuggestionType]]: ...
    @property
    def erasers(self) -> Mapping[str, Owned[EraseType]]: ...
    @property
    def actions(self) -> Mapping[str, Owned[ActionType]]: ...
    @property
    def jobs(self) -> Mapping[str, Owned[JobType]]:
        """The kinds of jobs by the name that their rows carry: those of automations and actions."""
        ...

    @property
    def tables(self) -> Mapping[str, str]:
        """The package of migrations by plugin."""
        ...

    @property
    def configs(self) -> Mapping[str, type | None]: ...

    def rows(self) -> Any:
        """Return a `list[call_documents.PluginRow]`."""
        ...

    def disabled_reasons(self) -> dict[str, str]:
        """Return the reasons why plugins are off, by name."""
        ...

    def disable(self, name: str, why: str) -> None:
        """Disable a plugin that fails while the desk runs."""
        ...

    def plugin_of_kind(self, kind: str) -> str:
        """Return the plugin of a channel type."""
        ...

    def is_on(self, name: str) -> bool: ...

    def event_filters(self, settings: Settings) -> dict[str, Callable[[RecordedEvent], bool]]:
        """Return a function for each automation that wants only some events of its kinds."""
        ...

    def event_kinds(self) -> dict[str, frozenset[str]]:
        """Return the kinds of events of each automation."""
        ...


@dataclass(frozen=True, slots=True)
class Components:
    """A valid configuration, its plugins, and its open store."""

    config: Config
    plugins: Plugins
    store: Store

    @property
    def on_sqlite(self) -> bool:
        return self.config.store.url.startswith("sqlite:")

    def type_of(self, channel: str) -> ChannelType:
        """Return the type of a configured channel."""
        return self.plugins.channel_types[self.config.channels[channel].type]

    def plugin_of(self, channel: str) -> str:
        """Return the plugin of a configured channel."""
        return self.plugins.plugin_of_kind(self.config.channels[channel].type)

    def parsers(self) -> dict[str, Parse]:
        """Return the parser of raw messages for each channel."""
        return {name: self.type_of(name).parse for name in self.config.channels}
