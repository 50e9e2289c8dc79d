"""The interface of channel types that loading a configuration uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class CapabilitiesSpec(Protocol):
    """The capabilities of a channel type that loading uses. `deskctl.plugins.Capabilities` implements it."""

    @property
    def conversational(self) -> bool: ...
    @property
    def choices(self) -> bool: ...


class ChannelTypeSpec(Protocol):
    """The parts of a channel type that loading uses. `deskctl.plugins.ChannelType` implements it."""

    @property
    def config(self) -> type: ...
    @property
    def capabilities(self) -> CapabilitiesSpec: ...
    @property
    def address(self) -> Callable[[Any], str | None]: ...
    @property
    def aliases(self) -> Callable[[Any], tuple[str, ...]]: ...
    @property
    def sends(self) -> Callable[[Any], bool]: ...
    @property
    def receives(self) -> Callable[[Any], bool]: ...
    @property
    def copies(self) -> Callable[[Any], bool]: ...
    @property
    def plus(self) -> Callable[[Any], bool]: ...
    @property
    def authority(self) -> Callable[[Any], str | None]: ...
