"""The hooks of a plugin. Hooks are plain functions; the objects that they return may be asynchronous."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from .automation import AutomationType
from .channel import ChannelType
from .erasure import EraseType
from .requests import PluginTables, RequestType
from .suggestion import SuggestionType
from .ticket_action import ActionType

hookspec = pluggy.HookspecMarker("deskctl")
hookimpl = pluggy.HookimplMarker("deskctl")


@hookspec
def deskctl_channels() -> Iterable[ChannelType]:
    """Return the channel types of this plugin. Called once at start; must not do I/O."""
    return ()


@hookspec
def deskctl_automations() -> Iterable[AutomationType]:
    """Return the automations of this plugin. Called once at start; must not do I/O."""
    return ()


@hookspec
def deskctl_requests() -> Iterable[RequestType]:
    """Return the requests of this plugin. Called once at start; must not do I/O."""
    return ()


@hookspec
def deskctl_tables() -> PluginTables | None:
    """Return the plugin's own tables in the store. They are created with the store."""
    return None


@hookspec
def deskctl_config() -> type | None:
    """Return the attrs class or dataclass for the table `[plugins.NAME]`."""
    return None


@hookspec
def deskctl_suggest() -> Iterable[SuggestionType]:
    """Return the suggestion types of this plugin. Called once at start; must not do I/O."""
    return ()


@hookspec
def deskctl_erase() -> Iterable[EraseType]:
    """Return the data that this plugin deletes when a person is erased. Called once at start; must not do I/O."""
    return ()


@hookspec
def deskctl_actions() -> Iterable[ActionType]:
    """Return the actions that this plugin adds to SLA steps. Called once at start; must not do I/O."""
    return ()
