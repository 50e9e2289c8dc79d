"""The tables `[plugins.NAME]`, each turned into its own plugin's class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .convert import Fault, fields_of, structure
from .problems import did_you_mean
from .schema import PluginsTable


@dataclass(slots=True)
class PluginTables:
    """What the tables say, by plugin, and what is wrong with them."""

    tables: dict[str, Any] = field(default_factory=dict)
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def without_tables(section: Any) -> Any:
    """`[plugins]` without the tables of single plugins."""
    if not isinstance(section, dict):
        return section
    return {key: value for key, value in section.items() if not _is_table(key, value)}


def plugin_tables(
    section: Any, classes: Mapping[str, type | None], absent: Mapping[str, str], folder: Path
) -> PluginTables:
    """Every plugin that has a class gets an instance: of its table, or of defaults where there is none."""
    found = PluginTables()
    given = {k: v for k, v in section.items() if _is_table(k, v)} if isinstance(section, dict) else {}
    for name in given:
        if name in classes:
            if classes[name] is None:
                found.errors.append(Fault(("plugins", name), f"the plugin {name} has no settings"))
        elif name in absent:
            found.warnings.append(Fault(("plugins", name), f"the plugin {name} is off: {absent[name]}"))
        else:
            near = did_you_mean(name, (*fields_of(PluginsTable), *classes))
            found.errors.append(Fault(("plugins", name), f"no plugin is called {name}{near}"))
    for name, cls in classes.items():
        if cls is not None:
            table, faults = structure(given.get(name, {}), cls, folder)
            found.errors += [Fault(("plugins", name, *fault.path), fault.what) for fault in faults]
            if not faults:
                found.tables[name] = table
    return found


def _is_table(key: str, value: Any) -> bool:
    return isinstance(value, dict) and key not in fields_of(PluginsTable)
