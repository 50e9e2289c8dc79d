"""The composition root: create a desk from the configuration, the plugins and the store.

If a daemon runs, a short command imports only the client of its socket.
"""

from __future__ import annotations

import os
import time
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

#: Seconds between attempts to reach a daemon that is starting, or to take a lock that another command holds.
_LOOK_AGAIN = 0.05


def open_desk(config_path: str | os.PathLike[str], *, wait: float = 60, invocation: str | None = None) -> Desk:
    """Open the desk of a configuration: through the daemon if one serves its socket, else in this process.

    A desk on SQLite has one owner at a time: wait up to `wait` seconds for the current one. `invocation` (letters and
    digits) identifies the shell command whose commands are undone together. Raises ConfigError and Unavailable.
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
        remote = RemoteDesk.connect(socket, invocation=invocation)  # a starting daemon may be ready now
        if remote is not None:
            return remote
        if time.monotonic() >= deadline:
            raise lock.busy_error(wait)
        time.sleep(_LOOK_AGAIN)
    try:
        return LocalDesk(open_components(config, plugins), lock, invocation)
    except BaseException:
        lock.release()
        raise


def load(config_path: Path) -> tuple[Config, Plugins]:
    """Load the configuration and its plugins. Raises ConfigError with all problems."""
    from deskctl.config import load as load_config
    from deskctl.config import plugins_table
    from deskctl.plugins import manager

    plugins = manager.load(plugins_table(config_path))
    return load_config(config_path, plugins.channel_types, plugins.disabled_reasons(), plugins.configs), plugins


def open_components(config: Config, plugins: Plugins) -> Components:
    """Open the store and return the components of the desk. Creates missing tables of plugins and teams of channels.

    Raises ConfigError for a store of another version, Unavailable if it cannot be opened.
    """
    from deskctl.core.actions.model import ActionSettings
    from deskctl.core.automations.settings import AutomationSettings
    from deskctl.desk.components import Components
    from deskctl.desk.erasure import erase_in_plugins
    from deskctl.desk.plugin_actions import PluginActions
    from deskctl.store import Store

    actions = ActionSettings(PluginActions(config, plugins))
    settings = config.settings()
    settings = settings.with_features(
        AutomationSettings(plugins.event_kinds(), plugins.event_filters(settings)), actions
    )
    store = Store.open(config.store.url, settings, owner=f"{os.uname().nodename}:{config.run_dir}")
    try:
        components = Components(config, plugins, store)
        ensure_plugin_tables(config.store.url, plugins, store.plugin_revisions)
        ensure_teams(components)
        store.set_erase_hook(lambda connection, person: erase_in_plugins(components, connection, person))
    except BaseException:
        store.close()
        raise
    return components


def ensure_plugin_tables(
    url: str, plugins: Plugins, applied: Callable[[], Mapping[str, tuple[str, ...]]]
) -> dict[str, tuple[str, ...]]:
    """Create the tables of plugins. A plugin whose tables cannot be created is disabled.

    `applied()` returns the applied revisions by plugin. Returns the revisions that were applied now, by plugin.
    """
    if not plugins.tables:
        return {}
    from deskctl.errors import ConfigError, Unavailable
    from deskctl.store import plugin_tables

    existing, new = applied(), {}
    for plugin, package in sorted(plugins.tables.items()):
        try:
            if plugin_tables.pending(plugin, package, existing.get(plugin, ())):
                new[plugin] = plugin_tables.upgrade(url, plugin, package)
        except (ConfigError, Unavailable) as error:
            plugins.disable(plugin, error.what)
    return new


def ensure_teams(components: Components) -> None:
    """Create the teams named by the configuration. If the store cannot be written now, a later start creates them."""
    from deskctl.core import features as dispatch
    from deskctl.core.agents.commands import AddTeam
    from deskctl.core.agents.queries import ListTeams
    from deskctl.core.agents.repository import Agents
    from deskctl.core.kernel.actor import Actor
    from deskctl.core.kernel.unit import Unit
    from deskctl.errors import Unavailable

    wanted = {table.team for table in components.config.channels.values() if table.team}
    if not wanted or not (wanted - {row["handle"] for row in components.store.ask(ListTeams())}):
        return

    def work(unit: Unit) -> None:
        for team in sorted(wanted - set(Agents.of(unit).teams)):
            dispatch.execute(unit, AddTeam(team), Actor.system("config"))

    try:
        components.store.transaction(work)
    except Unavailable:
        return
