"""Every hook that a plugin can answer. Hooks are plain functions; async lives in the objects they return."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from .automation import AutomationType
from .channel import ChannelType
from .erasure import EraseType
from .requests import PluginTables, RequestType
from .suggestion import SuggestionType

hookspec = pluggy.HookspecMarker("deskctl")
hookimpl = pluggy.HookimplMarker("deskctl")


@hookspec
def deskctl_channels() -> Iterable[ChannelType]:
    """The kinds of channel that this plugin brings. Called once at start; no I/O."""
    return ()


@hookspec
def deskctl_automations() -> Iterable[AutomationType]:
    """What this plugin does of itself after something happened. Called once at start; no I/O."""
    return ()


@hookspec
def deskctl_requests() -> Iterable[RequestType]:
    """What can be asked of this plugin through the desk. Called once at start; no I/O."""
    return ()


@hookspec
def deskctl_tables() -> PluginTables | None:
    """The plugin's own tables in the desk's store, made when the store is."""
    return None


@hookspec
def deskctl_config() -> type | None:
    """The attrs or data class that the table `[plugins.NAME]` is turned into."""
    return None


@hookspec
def deskctl_suggest() -> Iterable[SuggestionType]:
    """What can be offered to an agent who looks at a ticket. Called once at start; no I/O."""
    return ()


@hookspec
def deskctl_erase() -> Iterable[EraseType]:
    """What this plugin erases when a person is erased. Called once at start; no I/O."""
    return ()
