"""Describe one plugin, for `deskctl plugin show`."""

from __future__ import annotations

import inspect

from deskctl.core.values.suggestions import did_you_mean
from deskctl.desk.call_documents import ActionRow, AutomationRow, KeyRow, PluginDocument, RequestRow
from deskctl.desk.components import Components
from deskctl.errors import NotFound
from deskctl.i18n import _


def plugin(components: Components, name: str) -> PluginDocument:
    """Return the document of `deskctl plugin show`. Raises NotFound."""
    from deskctl.config.reference import keys_of

    rows = {row["name"]: row for row in components.plugins.rows()}
    if name not in rows:
        raise NotFound(
            _("no plugin {name}{suggestion}", name=name, suggestion=did_you_mean(name, rows)), _("deskctl plugin list")
        )
    row = rows[name]
    cls = components.plugins.configs.get(name)
    return {
        "name": name,
        "version": row["version"],
        "source": row["source"],
        "enabled": row["enabled"],
        "error": row["error"],
        "hooks": row["hooks"],
        "channels": row["channels"],
        "requests": _requests(components, name),
        "automations": _automations(components, name),
        "suggestions": row["suggestions"],
        "actions": _actions(components, name),
        "tables": list(components.store.plugin_revisions().get(name, ())),
        "config": [
            KeyRow(key=".".join(key.path), value=key.value, default=key.default, required=key.required)
            for key in (keys_of(cls) if cls else ())
        ],
        "config_help": _config_help(cls),
    }


def _config_help(cls: type | None) -> str:
    """Return the docstring of a config class, "" if it has only the one that dataclasses generate."""
    text = inspect.cleandoc(cls.__doc__ or "") if cls else ""
    return "" if cls is not None and text.startswith(f"{cls.__name__}(") else text


def _requests(components: Components, plugin: str) -> list[RequestRow]:
    return [
        {
            "name": name,
            "writes": owned.type.writes,
            "needs_agent": owned.type.needs_agent,
            "description": owned.type.description,
        }
        for name, owned in sorted(components.plugins.requests.items())
        if owned.plugin == plugin
    ]


def _automations(components: Components, plugin: str) -> list[AutomationRow]:
    return [
        {
            "name": owned.type.name,
            "on": sorted(owned.type.on),
            "seconds": owned.type.seconds,
            "description": owned.type.description,
        }
        for _, owned in sorted(components.plugins.automations.items())
        if owned.plugin == plugin
    ]


def _actions(components: Components, plugin: str) -> list[ActionRow]:
    return [
        {
            "name": name,
            "form": owned.type.form,
            "job": owned.type.job is not None,
            "seconds": owned.type.seconds,
            "description": owned.type.description,
        }
        for name, owned in sorted(components.plugins.actions.items())
        if owned.plugin == plugin
    ]
