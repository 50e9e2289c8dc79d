"""What the core knows of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """A channel as the core sees it. `kind` is its type ("email"); `address` is what customers write to.

    `sends` tells whether an answer can leave through it.
    """

    name: str
    kind: str
    address: str | None = None
    aliases: tuple[str, ...] = ()
    team: str | None = None
    sends: bool = False


#: Channels that every desk has: somebody tells an agent, who writes it down. Nothing leaves through them.
BUILT_IN = {name: ChannelInfo(name, name) for name in ("phone", "manual")}


@dataclass(frozen=True, slots=True)
class Settings:
    """Durations are wall-clock time; `undo_window` is how long a reply can be taken back."""

    name: str = "Help desk"
    timezone: str = "UTC"
    language: str = "en"
    channels: Mapping[str, ChannelInfo] = field(default_factory=dict)
    undo_window: timedelta = timedelta(seconds=10)
    close_after: timedelta = timedelta(days=4)

    def channel(self, name: str) -> ChannelInfo | None:
        return self.channels.get(name) or BUILT_IN.get(name)

    @property
    def notifier(self) -> ChannelInfo | None:
        """The channel through which agents are told things: the first that sends mail."""
        return next((c for c in self.channels.values() if c.kind == "email" and c.sends), None)

    @property
    def own_addresses(self) -> frozenset[str]:
        """Every address of the desk itself, lower-cased."""
        return frozenset(a.lower() for c in self.channels.values() for a in (c.address, *c.aliases) if a)
