"""Load one plugin and print its contents: `python -m deskctl.cli.project.load NAME TARGET`.

`plugin check` runs this module in a separate process, because the import of a plugin can have any effect.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
from typing import Any, Final, TypedDict

#: The prefix of the answer, which separates it from output of the plugin.
MARK: Final = "deskctl plugin: "


class ConfigDoc(TypedDict):
    """A configuration class: its table, its docstring and its keys."""

    where: str
    doc: str
    keys: list[str]


class Contents(TypedDict):
    """The contents of a plugin. `error` is the reason why it does not load, or null."""

    error: str | None
    channels: list[str]
    automations: list[str]
    actions: list[str]
    others: list[str]
    configs: list[ConfigDoc]


def inspect_plugin(name: str, target: str) -> Contents:
    """Load the plugin. `target` is `module` or `module:object`, as in an entry point."""
    from ...plugins.discover import Found
    from ...plugins.manager import Plugins

    plugins = Plugins()
    plugins.add(Found(name, target, None, lambda: _load(target)))
    [row] = plugins.rows()
    configs = [_config(f"[channels.NAME] of type {kind}", t.config) for kind, t in plugins.channel_types.items()]
    plugin_config = plugins.configs.get(name)
    if plugin_config is not None:
        configs.append(_config(f"[plugins.{name}]", plugin_config))
    return Contents(
        error=row["error"],
        channels=row["channels"],
        automations=row["automations"],
        actions=row["actions"],
        others=[*row["requests"], *row["suggestions"], *(["tables"] if row["tables"] else [])],
        configs=configs,
    )


def _load(target: str) -> object:
    module, _, attributes = target.partition(":")
    found: object = importlib.import_module(module)
    for attribute in filter(None, attributes.split(".")):
        found = getattr(found, attribute)
    return found


def _config(table: str, cls: Any) -> ConfigDoc:
    doc = cls.__doc__ or ""
    if doc.startswith(f"{cls.__name__}("):  # the docstring that `dataclasses` generates
        doc = ""
    if dataclasses.is_dataclass(cls):
        keys = [field.name for field in dataclasses.fields(cls) if field.init]
    else:
        keys = [attribute.alias for attribute in cls.__attrs_attrs__ if attribute.init]
    return ConfigDoc(where=table, doc=doc, keys=keys)


if __name__ == "__main__":
    found = inspect_plugin(*sys.argv[1:3])
    sys.stdout.write(f"\n{MARK}{json.dumps(found)}\n")
