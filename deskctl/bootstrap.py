"""The composition root: configuration, plugins and store become a desk.

A short command that finds a daemon loads nothing of this but the socket's client.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from deskctl.config.locate import trusted_run_folder
from deskctl.desk.remote import RemoteDesk
from deskctl.desk.wire import SOCKET_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from deskctl.config import Config
    from deskctl.desk import Desk
    from deskctl.desk.components import Components, Plugins

#: Seconds between two looks for a daemon that is just starting, or for a lock that another command holds.
_LOOK_AGAIN = 0.05


def open_desk(config_path: str | os.PathLike[str], *, wait: float = 60, invocation: str | None = None) -> Desk:
    """The desk of a configuration: the daemon's, if one serves its socket, else the store in this process.

    On SQLite a desk has one owner: `wait` seconds for the one before. `invocation` (letters and digits) names the shell
    command whose commands are undone together. Raises ConfigError and Unavailable.
    """
    path = os.fspath(config_path)
    socket = f"{trusted_run_folder(path)}/{SOCKET_NAME}"
    remote = RemoteDesk.connect(socket, invocation=invocation)
    return remote if remote is not None else _open_local(path, socket, wait, invocation)


def _open_local(config_path: str, socket: str, wait: float, invocation: str | None) -> Desk:
    from pathlib import Path

    from deskctl.desk.local import LocalDesk
    from deskctl.desk.lock import COMMAND, OwnerLock

    config, plugins = load(Path(config_path))
    if not config.store.url.startswith("sqlite:"):
        return LocalDesk(open_components(config, plugins), invocation=invocation)
    lock = OwnerLock(config.run_dir)
    deadline = time.monotonic() + wait
    while not lock.take(COMMAND):
        remote = RemoteDesk.connect(socket, invocation=invocation)  # a daemon that was starting may be ready now
        if remote is not None:
            return remote
        if time.monotonic() >= deadline:
            raise lock.held(wait)
        time.sleep(_LOOK_AGAIN)
    try:
        return LocalDesk(open_components(config, plugins), lock, invocation)
    except BaseException:
        lock.release()
        raise


def load(config_path: Path) -> tuple[Config, Plugins]:
    """The configuration and the plugins it asks for. Raises ConfigError with every problem."""
    from deskctl.config import load as load_config
    from deskctl.config import plugins_table
    from deskctl.plugins import manager

    plugins = manager.load(plugins_table(config_path))
    return load_config(config_path, plugins.channel_types, plugins.disabled_reasons(), plugins.configs), plugins


def open_components(config: Config, plugins: Plugins) -> Components:
    """The open store with what belongs to it; teams that channels name exist afterwards.

    Raises ConfigError for a store of another version, Unavailable for one that cannot be opened.
    """
    from deskctl.desk.components import Components
    from deskctl.desk.erasure import erase_in_plugins
    from deskctl.store import Store

    settings = replace(config.settings(), automations=plugins.event_kinds())
    store = Store.open(config.store.url, settings, owner=f"{os.uname().nodename}:{config.run_dir}")
    try:
        components = Components(config, plugins, store)
        ensure_plugin_tables(config.store.url, plugins, store.plugin_revisions)
        ensure_teams(components)
        store.erase_too(lambda connection, person: erase_in_plugins(components, connection, person))
    except BaseException:
        store.close()
        raise
    return components


def ensure_plugin_tables(
    url: str, plugins: Plugins, made: Callable[[], Mapping[str, tuple[str, ...]]]
) -> dict[str, tuple[str, ...]]:
    """The tables that plugins need are made; a plugin whose tables cannot be is off, and says why.

    `made()`: by plugin, the revisions that there are. The answer is what was made now, by plugin.
    """
    if not plugins.tables:
        return {}
    from deskctl.errors import ConfigError, Unavailable
    from deskctl.store import plugin_tables

    there, new = made(), {}
    for plugin, package in sorted(plugins.tables.items()):
        try:
            if plugin_tables.pending(plugin, package, there.get(plugin, ())):
                new[plugin] = plugin_tables.upgrade(url, plugin, package)
        except (ConfigError, Unavailable) as error:
            plugins.disable(plugin, error.what)
    return new


def ensure_teams(components: Components) -> None:
    """Teams that the configuration names are created; a store that cannot be written now gets them another time."""
    from deskctl.core import features as dispatch
    from deskctl.core.agents.commands import AddTeam
    from deskctl.core.agents.queries import ListTeams
    from deskctl.core.kernel.actor import Actor
    from deskctl.core.kernel.unit import Unit
    from deskctl.errors import Unavailable

    wanted = {table.team for table in components.config.channels.values() if table.team}
    if not wanted or not (wanted - {row["handle"] for row in components.store.ask(ListTeams())}):
        return

    def work(unit: Unit) -> None:
        for team in sorted(wanted - set(unit.teams)):
            dispatch.execute(unit, AddTeam(team), Actor.system("config"))

    try:
        components.store.transaction(work)
    except Unavailable:
        return
