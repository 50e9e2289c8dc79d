"""The configuration file: find it, check it and load it.

`locate` imports little because every command runs it. The other modules are imported on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .loader import Report, check, load, plugins_table
    from .schema import ChannelTable, Config, PluginsTable

__all__ = ["ChannelTable", "Config", "PluginsTable", "Report", "check", "load", "plugins_table"]

_HOMES = {"ChannelTable": "schema", "Config": "schema", "PluginsTable": "schema"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'loader')}"), name)
