"""What is known of one plugin, for `deskctl plugin show`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from deskctl.core.suggest import did_you_mean
from deskctl.desk import calls
from deskctl.desk.parts import Parts
from deskctl.desk.requests import AutomationRow, KeyRow, PluginDocument, RequestRow
from deskctl.errors import NotFound


def plugin(parts: Parts, params: Mapping[str, Any]) -> PluginDocument:
    """`plugin`. Raises NotFound."""
    from deskctl.config.reference import keys_of

    calls.only(params, "name")
    name = calls.parameter(params, "name", str)
    rows = {row["name"]: row for row in parts.plugins.rows()}
    if name not in rows:
        raise NotFound(f"there is no plugin {name}{did_you_mean(name, rows)}", "deskctl plugin list")
    row = rows[name]
    cls = parts.plugins.configs.get(name)
    return {
        "name": name,
        "version": row["version"],
        "source": row["source"],
        "enabled": row["enabled"],
        "error": row["error"],
        "hooks": row["hooks"],
        "channels": row["channels"],
        "requests": _requests(parts, name),
        "automations": _automations(parts, name),
        "suggestions": row["suggestions"],
        "tables": list(parts.store.plugin_revisions().get(name, ())),
        "config": [
            KeyRow(key=".".join(key.path), value=key.value, default=key.default, required=key.required)
            for key in (keys_of(cls) if cls else ())
        ],
        "config_help": _own_words(cls),
    }


def _own_words(cls: type | None) -> str:
    """The class's docstring; a data class without one has one that Python made."""
    text = inspect.cleandoc(cls.__doc__ or "") if cls else ""
    return "" if cls is not None and text.startswith(f"{cls.__name__}(") else text


def _requests(parts: Parts, plugin: str) -> list[RequestRow]:
    return [
        {
            "name": name,
            "writes": owned.type.writes,
            "needs_agent": owned.type.needs_agent,
            "description": owned.type.description,
        }
        for name, owned in sorted(parts.plugins.requests.items())
        if owned.plugin == plugin
    ]


def _automations(parts: Parts, plugin: str) -> list[AutomationRow]:
    return [
        {
            "name": owned.type.name,
            "on": sorted(owned.type.on),
            "seconds": owned.type.seconds,
            "description": owned.type.description,
        }
        for _, owned in sorted(parts.plugins.automations.items())
        if owned.plugin == plugin
    ]
