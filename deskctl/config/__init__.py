"""The configuration: where it is, what it says, and everything that is wrong with it at once.

`locate` is light, for every command; the rest is imported when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .reading import Report, check, load, plugins_table
    from .schema import ChannelTable, Config, PluginsTable

__all__ = ["ChannelTable", "Config", "PluginsTable", "Report", "check", "load", "plugins_table"]

_HOMES = {"ChannelTable": "schema", "Config": "schema", "PluginsTable": "schema"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'reading')}"), name)
