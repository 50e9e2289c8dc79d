"""Load one plugin and print what it brings: `python -m deskctl.cli.project.loading NAME TARGET`.

In a process of its own: a plugin may do anything when it is imported, and nothing of it may happen to its judge.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
from typing import Any, Final, TypedDict

#: Before the answer, whatever the plugin itself prints.
MARK: Final = "deskctl plugin: "


class ConfigDoc(TypedDict):
    """`where`: the table that it is. `doc`: the class's own docstring."""

    where: str
    doc: str
    keys: list[str]


class Brings(TypedDict):
    """`error`: why it does not load, null when it does."""

    error: str | None
    channels: list[str]
    automations: list[str]
    others: list[str]
    configs: list[ConfigDoc]


def look(name: str, target: str) -> Brings:
    """`target` is `module` or `module:object`, as in an entry point."""
    from ...plugins.discover import Found
    from ...plugins.manager import Plugins

    plugins = Plugins()
    plugins.add(Found(name, target, None, lambda: _load(target)))
    [row] = plugins.rows()
    configs = [_config(f"[channels.NAME] of type {kind}", t.config) for kind, t in plugins.channel_types.items()]
    own = plugins.configs.get(name)
    if own is not None:
        configs.append(_config(f"[plugins.{name}]", own))
    return Brings(
        error=row["error"],
        channels=row["channels"],
        automations=row["automations"],
        others=[*row["requests"], *row["suggestions"], *(["tables"] if row["tables"] else [])],
        configs=configs,
    )


def _load(target: str) -> object:
    module, _, attributes = target.partition(":")
    found: object = importlib.import_module(module)
    for attribute in filter(None, attributes.split(".")):
        found = getattr(found, attribute)
    return found


def _config(where: str, cls: Any) -> ConfigDoc:
    doc = cls.__doc__ or ""
    if doc.startswith(f"{cls.__name__}("):  # what `dataclasses` writes where the author wrote nothing
        doc = ""
    if dataclasses.is_dataclass(cls):
        keys = [field.name for field in dataclasses.fields(cls) if field.init]
    else:
        keys = [attribute.alias for attribute in cls.__attrs_attrs__ if attribute.init]
    return ConfigDoc(where=where, doc=doc, keys=keys)


if __name__ == "__main__":
    found = look(*sys.argv[1:3])
    sys.stdout.write(f"\n{MARK}{json.dumps(found)}\n")
