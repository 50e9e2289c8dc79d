"""Manage the tables of plugins: each revision is applied once, in order, and recorded for its plugin.

The migrations package of a plugin holds one module for each revision; modules whose names begin with an underscore are
not revisions.
"""

from __future__ import annotations

import importlib
import pkgutil
import time
from collections.abc import Callable, Collection

from sqlalchemy import Connection, inspect, select

from ..errors import ConfigError, DeskctlError
from ..faultpoints import reach
from ..i18n import _
from .errors import convert_errors
from .migrate import changing, location, reading
from .statements import insert
from .tables import plugin_revisions


def upgrade(url: str, plugin: str, package: str) -> tuple[str, ...]:
    """Apply the pending revisions, all or nothing, and return them.

    Raises Unavailable if the store cannot be used, ConfigError for a mistake of the plugin.
    """
    with convert_errors(location(url)), changing(url) as connection:
        wanted = pending(plugin, package, recorded(connection).get(plugin, ()))
        for revision in wanted:
            tables = set(inspect(connection).get_table_names())
            _apply(connection, package, revision)
            _check_names(plugin, tables ^ set(inspect(connection).get_table_names()))
            insert(connection, plugin_revisions, [(plugin, revision, time.time_ns() // 1000)], "plugin revision at")
        reach("plugin_tables", "commit")
    return wanted


def made(url: str) -> dict[str, tuple[str, ...]]:
    """Return `recorded` for the store at `url`, which has the schema of this version. Raises Unavailable."""
    with reading(url) as connection:
        return recorded(connection)


def recorded(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Return the applied revisions by plugin, including those of removed plugins."""
    query = select(plugin_revisions).order_by(plugin_revisions.c.plugin, plugin_revisions.c.revision)
    found: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(query):
        found[row.plugin] = (*found.get(row.plugin, ()), row.revision)
    return found


def revisions(package: str) -> tuple[str, ...]:
    """Return the revisions of a package, the oldest first. Raises ConfigError."""
    try:
        path = importlib.import_module(package).__path__
    except Exception as error:
        raise ConfigError(
            _(
                "its migrations {package} cannot be loaded: {type}: {error}",
                package=package,
                type=type(error).__name__,
                error=error,
            )
        ) from error
    found = tuple(sorted(module.name for module in pkgutil.iter_modules(path) if not module.name.startswith("_")))
    if not found:
        raise ConfigError(_("its migrations {package} contain no module", package=package))
    return found


def pending(plugin: str, package: str, done: Collection[str]) -> tuple[str, ...]:
    """Return the revisions of a plugin that are not applied yet.

    Raises ConfigError for tables of a newer version of the plugin.
    """
    known = revisions(package)
    if newer := sorted(set(done) - set(known)):
        raise ConfigError(
            _(
                "a newer version of {plugin} made its tables (revision {newer}; this version ends at {known})",
                plugin=plugin,
                newer=newer[-1],
                known=known[-1],
            )
        )
    wanted = tuple(revision for revision in known if revision not in done)
    if wanted and done and wanted[0] < max(done):
        raise ConfigError(
            _(
                "its revision {revision} comes before {applied}, which is already applied; give it a later name",
                revision=wanted[0],
                applied=max(done),
            )
        )
    return wanted


def _apply(connection: Connection, package: str, revision: str) -> None:
    name = f"{package}.{revision}"
    try:
        migrate: Callable[[Connection], None] = importlib.import_module(name).upgrade
        migrate(connection)
    except DeskctlError as error:
        raise ConfigError(_("its migration {name} failed: {what}", name=name, what=error.what), error.hint) from error
    except Exception as error:
        line = (str(error).strip().splitlines() or [""])[0]
        raise ConfigError(
            _("its migration {name} failed: {type}: {line}", name=name, type=type(error).__name__, line=line)
        ) from error


def _check_names(plugin: str, touched: set[str]) -> None:
    prefix = plugin.replace("-", "_") + "_"
    for table in sorted(touched):
        if not table.startswith(prefix):
            raise ConfigError(
                _(
                    "its migration may not make or drop the table {table}; its own begin with {prefix}",
                    table=table,
                    prefix=prefix,
                )
            )
