"""A knowledge base for deskctl. The hooks, and nothing else: what they name is imported when it is used."""

from __future__ import annotations

from deskctl.plugins import hookimpl
from deskctl.plugins.requests import PluginTables


@hookimpl
def deskctl_tables() -> PluginTables:
    return PluginTables("deskctl_kb.migrations")
