"""What a desk is put together from; `deskctl.bootstrap` does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from deskctl.desk.intake import Parse
from deskctl.desk.ports import Store

if TYPE_CHECKING:
    from deskctl.config import Config
    from deskctl.plugins.channel import ChannelType


class Plugins(Protocol):
    """What loaded; `deskctl.plugins.manager` fits."""

    @property
    def channel_types(self) -> Mapping[str, ChannelType]: ...

    def rows(self) -> Any:
        """`list[requests.PluginRow]`."""
        ...

    def absent(self) -> dict[str, str]:
        """Why plugins are off, by name."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """A configuration that holds, what its plugins bring, and its open store."""

    config: Config
    plugins: Plugins
    store: Store

    @property
    def on_sqlite(self) -> bool:
        return self.config.store.url.startswith("sqlite:")

    def type_of(self, channel: str) -> ChannelType:
        """The type of a configured channel."""
        return self.plugins.channel_types[self.config.channels[channel].type]

    def parsers(self) -> dict[str, Parse]:
        """By channel: what reads its raw messages."""
        return {name: self.type_of(name).parse for name in self.config.channels}
