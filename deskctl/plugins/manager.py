"""Load plugins, each apart from the others: one that fails is named and switched off, the rest go on."""

from __future__ import annotations

import inspect
import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypedDict, TypeVar

import pluggy

from ..config.missing_types import DISABLED_REASON
from ..config.problems import did_you_mean
from ..errors import ConfigError, DeskctlError
from . import hookspecs
from .automation import AutomationType
from .channel import ChannelType
from .discover import Found, built_in, in_folder, installed
from .erasure import EraseType
from .requests import RequestType
from .suggestion import SuggestionType
from .validation import Brought, brought
from .version import objection

log = logging.getLogger("deskctl.plugins")

T = TypeVar("T")

#: Limits what loads, before the configuration does: a comma list of names, or "none".
ENVIRONMENT = "DESKCTL_PLUGINS"
#: Set by a daemon that starts again without a plugin that held it up: a JSON object of names and reasons.
OFF = "DESKCTL_PLUGINS_OFF"


class Section(Protocol):
    """The table `[plugins]`, as far as loading needs it."""

    @property
    def only(self) -> tuple[str, ...] | None: ...
    @property
    def disabled(self) -> tuple[str, ...]: ...
    @property
    def dir(self) -> Path | None: ...


class PluginRow(TypedDict):
    """`source`: "built in", a distribution's name, or a file. `error`: why it was switched off, null if it works
    or was switched off on purpose. The lists hold the names of what it brings; `tables`: whether it has its own."""

    name: str
    version: str | None
    source: str
    enabled: bool
    channels: list[str]
    requests: list[str]
    automations: list[str]
    suggestions: list[str]
    tables: bool
    hooks: list[str]
    error: str | None


class Owned(NamedTuple, Generic[T]):
    """Something a plugin brings, and whose it is."""

    plugin: str
    type: T


@dataclass(slots=True)
class _Plugin:
    found: Found
    enabled: bool = True
    error: str | None = None
    hooks: list[str] = field(default_factory=list)
    brought: Brought = field(default_factory=Brought)


class Plugins:
    """What is loaded, of the plugins that work: `channel_types` by kind, `requests` by their whole name,
    `automations` and `erasers` by `PLUGIN.NAME`, `suggestions` by name; `tables` (the package of migrations) and
    `configs` (the class of `[plugins.NAME]`, None where it has none) by plugin."""

    def __init__(self) -> None:
        self.channel_types: dict[str, ChannelType] = {}
        self.requests: dict[str, Owned[RequestType]] = {}
        self.automations: dict[str, Owned[AutomationType]] = {}
        self.suggestions: dict[str, Owned[SuggestionType]] = {}
        self.erasers: dict[str, Owned[EraseType]] = {}
        self.tables: dict[str, str] = {}
        self.configs: dict[str, type | None] = {}
        self._pm = pluggy.PluginManager("deskctl")
        self._pm.add_hookspecs(hookspecs)
        self._plugins: dict[str, _Plugin] = {}

    def rows(self) -> list[PluginRow]:
        """Every plugin that was found, in the order of loading."""
        return [_row(name, plugin) for name, plugin in self._plugins.items()]

    def absent(self) -> dict[str, str]:
        """Why plugins are off, by name; for `deskctl.config.check`."""
        return {name: plugin.error or DISABLED_REASON for name, plugin in self._plugins.items() if not plugin.enabled}

    def switch_off(self, name: str, why: str) -> None:
        """Take a plugin out and say why; nothing of it stays."""
        for kind in self._plugins[name].brought.channels:
            self.channel_types.pop(kind.kind, None)
        self.silence(name, why)
        self._plugins[name].brought = Brought()
        if self._pm.has_plugin(name):
            self._pm.unregister(name=name)

    def silence(self, name: str, why: str) -> None:
        """Take a plugin out that fails when the desk is open. Channels of its kinds go on: they are watched singly."""
        plugin = self._plugins.get(name)
        if plugin is None:
            return
        plugin.enabled, plugin.error = False, why
        for owned in (self.requests, self.automations, self.suggestions, self.erasers):
            for key in [key for key, item in owned.items() if item.plugin == name]:
                del owned[key]
        self.tables.pop(name, None)
        self.configs.pop(name, None)

    def plugin_of_kind(self, kind: str) -> str:
        """Who brings a kind of channel."""
        return self._kinds()[kind]

    def is_on(self, name: str) -> bool:
        return self._plugins[name].enabled

    def wanted(self) -> dict[str, frozenset[str]]:
        """By automation (`PLUGIN.NAME`): the kinds of event it wants to hear of."""
        return {name: frozenset(owned.type.on) for name, owned in self.automations.items()}

    def add(self, found: Found, enabled: bool = True) -> None:
        """Load one plugin. Never raises for what the plugin does wrong."""
        if found.name in self._plugins:
            first = self._plugins[found.name].found.source
            name = f"{found.name} ({found.source})"
            self._plugins[name] = _Plugin(found, False, f"{first} and {found.source} are both called {found.name}")
            return
        plugin = self._plugins[found.name] = _Plugin(found, enabled)
        if not enabled:
            return
        try:
            self._register(plugin)
            self._collect(plugin, brought(found.name, lambda hook: self._ask(plugin, hook)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin may even call sys.exit
            log.debug("plugin %s failed", found.name, exc_info=True)
            self.switch_off(found.name, _words(error))

    def add_all(self, source: str, find: Callable[[], Iterable[Found]], wanted: Callable[[str], bool]) -> None:
        """Load what a source finds; a source that cannot be read becomes a row of its own."""
        try:
            for found in find():
                self.add(found, wanted(found.name))
        except ConfigError as error:
            self._plugins[source] = _Plugin(Found(source, source, None, lambda: None), False, error.what)

    def expect(self, name: str) -> None:
        """A plugin that the configuration names; one that was not found becomes a row that says so."""
        if name not in self._plugins:
            why = f"[plugins] names it, and nothing is called {name}{did_you_mean(name, self._plugins)}"
            self._plugins[name] = _Plugin(Found(name, "[plugins]", None, lambda: None), False, why)

    def _register(self, plugin: _Plugin) -> None:
        name = plugin.found.name
        module = plugin.found.load()
        if why := objection(module, plugin.found.requires):
            raise ConfigError(why)
        _refuse_unmarked(module)
        self._pm.register(module, name=name)
        for caller in self._pm.get_hookcallers(module) or []:
            for impl in caller.get_hookimpls():
                if impl.plugin_name != name:
                    continue
                if not caller.has_spec() and not impl.optionalhook:
                    raise ConfigError(f"there is no hook {caller.name}{did_you_mean(caller.name, _hook_names())}")
                if inspect.iscoroutinefunction(impl.function) or inspect.isasyncgenfunction(impl.function):
                    raise ConfigError(
                        f"{caller.name} is async; hooks are plain functions, async lives in what they return"
                    )
                if impl.wrapper or impl.hookwrapper:
                    raise ConfigError(f"{caller.name} wraps other plugins' hooks, which is not allowed")
                plugin.hooks.append(caller.name)
        self._pm.check_pending()
        if not plugin.hooks:
            raise ConfigError("it has no hooks; mark them with @hookimpl of deskctl.plugins")

    def _collect(self, plugin: _Plugin, found: Brought) -> None:
        """Take in what it brings, all or nothing. Raises ConfigError for what another plugin brings already."""
        name = plugin.found.name
        for what, mine, taken in (
            ("channel kind", [kind.kind for kind in found.channels], self._kinds()),
            (
                "suggestion",
                [kind.name for kind in found.suggestions],
                {k: o.plugin for k, o in self.suggestions.items()},
            ),
        ):
            for key in mine:
                if key in taken:
                    raise ConfigError(f"{taken[key]} and {name} both bring the {what} {key!r}; disable one of them")
        plugin.brought = found
        self.channel_types.update({kind.kind: kind for kind in found.channels})
        self.requests.update({kind.name: Owned(name, kind) for kind in found.requests})
        self.automations.update({f"{name}.{kind.name}": Owned(name, kind) for kind in found.automations})
        self.suggestions.update({kind.name: Owned(name, kind) for kind in found.suggestions})
        self.erasers.update({f"{name}.{kind.name}": Owned(name, kind) for kind in found.erasers})
        self.configs[name] = found.config
        if found.tables is not None:
            self.tables[name] = found.tables.migrations

    def _kinds(self) -> dict[str, str]:
        """Who brings each kind of channel."""
        return {kind.kind: name for name, other in self._plugins.items() for kind in other.brought.channels}

    def _ask(self, plugin: _Plugin, hook: str) -> list[Any]:
        """What one plugin alone answers to a hook."""
        others = [module for name, module in self._pm.list_name_plugin() if name != plugin.found.name and module]
        answers: list[Any] = self._pm.subset_hook_caller(hook, others)()
        return answers


def load(section: Section | None = None, environ: Mapping[str, str] | None = None) -> Plugins:
    """Find and load all plugins that the configuration and $DESKCTL_PLUGINS let in. Raises nothing."""
    environ = os.environ if environ is None else environ
    named = environ.get(ENVIRONMENT)
    limit = None if named is None else {name.strip() for name in named.split(",")} - {"", "none"}
    only = section.only if section else None
    disabled = section.disabled if section else ()
    folder = section.dir if section else None

    def wanted(name: str) -> bool:
        return (limit is None or name in limit) and (only is None or name in only) and name not in disabled

    plugins = Plugins()
    plugins.add_all("built in", built_in, wanted)
    plugins.add_all("installed", installed, wanted)
    if folder is not None:
        plugins.add_all(str(folder), lambda: in_folder(folder), wanted)
    for name in (*(only or ()), *disabled):
        plugins.expect(name)
    for name, why in json.loads(environ.get(OFF, "{}")).items():
        plugins.silence(name, why)
    return plugins


def _hook_names() -> list[str]:
    return [name for name in vars(hookspecs) if name.startswith("deskctl_")]


def _refuse_unmarked(module: object) -> None:
    """A forgotten @hookimpl would make a hook silently do nothing."""
    for name, value in vars(module).items():
        own = getattr(value, "__module__", None) == getattr(module, "__name__", "")
        if name in _hook_names() and own and callable(value) and not hasattr(value, "deskctl_impl"):
            raise ConfigError(f"{name} is not marked with @hookimpl of deskctl.plugins")


def _row(name: str, plugin: _Plugin) -> PluginRow:
    found = plugin.brought
    return PluginRow(
        name=name,
        version=plugin.found.version,
        source=plugin.found.source,
        enabled=plugin.enabled,
        channels=[kind.kind for kind in found.channels],
        requests=[kind.name for kind in found.requests],
        automations=[kind.name for kind in found.automations],
        suggestions=[kind.name for kind in found.suggestions],
        tables=found.tables is not None,
        hooks=list(plugin.hooks),
        error=plugin.error,
    )


def _words(error: BaseException) -> str:
    """One line that says what went wrong."""
    if isinstance(error, DeskctlError):
        return error.what
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
