"""A knowledge base for deskctl. The hooks, and nothing else: what they name is imported when it is used."""

from __future__ import annotations

from collections.abc import Iterable

from deskctl.plugins import PluginTables, RequestType, hookimpl


@hookimpl
def deskctl_tables() -> PluginTables:
    return PluginTables("deskctl_kb.migrations")


@hookimpl
def deskctl_requests() -> Iterable[RequestType]:
    from .requests import REQUESTS

    return REQUESTS
