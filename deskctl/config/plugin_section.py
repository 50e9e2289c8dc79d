"""Convert the tables `[plugins.NAME]` to the config classes of their plugins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..i18n import _
from .convert import Fault, fields_of, structure
from .problems import did_you_mean
from .schema import PluginsTable


@dataclass(slots=True)
class PluginTables:
    """The converted tables by plugin name, and the errors and warnings about them."""

    tables: dict[str, Any] = field(default_factory=dict)
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def without_tables(section: Any) -> Any:
    """Return the keys of `[plugins]` without the tables of single plugins."""
    if not isinstance(section, dict):
        return section
    return {key: value for key, value in section.items() if not _is_table(key, value)}


def plugin_tables(
    section: Any, classes: Mapping[str, type | None], disabled: Mapping[str, str], folder: Path
) -> PluginTables:
    """Return an instance of each plugin's config class, made from its table or, without a table, from defaults."""
    found = PluginTables()
    tables = {k: v for k, v in section.items() if _is_table(k, v)} if isinstance(section, dict) else {}
    for name in tables:
        if name in classes:
            if classes[name] is None:
                found.errors.append(Fault(("plugins", name), _("the plugin {name} has no settings", name=name)))
        elif name in disabled:
            found.warnings.append(
                Fault(("plugins", name), _("the plugin {name} is off: {why}", name=name, why=disabled[name]))
            )
        else:
            near = did_you_mean(name, (*fields_of(PluginsTable), *classes))
            found.errors.append(
                Fault(("plugins", name), _("no plugin is called {name}{suggestion}", name=name, suggestion=near))
            )
    for name, cls in classes.items():
        if cls is not None:
            table, faults = structure(tables.get(name, {}), cls, folder)
            found.errors += [Fault(("plugins", name, *fault.path), fault.what) for fault in faults]
            if not faults:
                found.tables[name] = table
    return found


def _is_table(key: str, value: Any) -> bool:
    return isinstance(value, dict) and key not in fields_of(PluginsTable)
