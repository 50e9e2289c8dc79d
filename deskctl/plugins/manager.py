"""Load plugins independently of each other. A plugin that fails is disabled with a reason; the others work."""

from __future__ import annotations

import inspect
import json
import logging
import os
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypedDict, TypeVar

import pluggy

from ..config.missing_types import DISABLED_REASON
from ..config.problems import did_you_mean
from ..core.messages.channels import Channels
from ..dataclass import dataclass
from ..errors import ConfigError, DeskctlError
from ..i18n import _
from . import hookspecs
from .automation import AutomationType, ChannelView, Happening, SettingsView
from .channel import ChannelType
from .discover import Found, built_in, in_folder, installed
from .erasure import EraseType
from .jobs import JobType, of_action, of_automation
from .requests import RequestType
from .suggestion import SuggestionType
from .ticket_action import ActionType
from .validation import Contributions, collect
from .version import incompatibility

if TYPE_CHECKING:
    from pluggy import HookimplOpts

    from ..core.kernel.records import RecordedEvent
    from ..core.kernel.settings import Settings

log = logging.getLogger("deskctl.plugins")

T = TypeVar("T")

#: The names of the plugins that may be loaded, separated by commas, or "none". Applied before the configuration.
ENVIRONMENT = "DESKCTL_PLUGINS"
#: Set by a daemon that restarts without a plugin that blocked it: a JSON object of names and reasons.
DISABLED_ENVIRONMENT = "DESKCTL_PLUGINS_OFF"
#: The attribute that `hookimpl` sets, and the types of objects that can have it.
_MARK = "deskctl_impl"
_CALLABLES = (types.FunctionType, types.MethodType, staticmethod, classmethod)


class Section(Protocol):
    """The keys of the table `[plugins]` that loading uses."""

    @property
    def only(self) -> tuple[str, ...] | None: ...
    @property
    def disabled(self) -> tuple[str, ...]: ...
    @property
    def dir(self) -> Path | None: ...


class PluginRow(TypedDict):
    """A plugin in `deskctl plugin list`. `source`: "built in", the name of a distribution, or a file.

    `error`: the reason why it is off, null if it works or is disabled by the configuration. The lists contain the names
    of its contributions. `tables`: it has its own tables.
    """

    name: str
    version: str | None
    source: str
    enabled: bool
    channels: list[str]
    requests: list[str]
    automations: list[str]
    suggestions: list[str]
    actions: list[str]
    tables: bool
    hooks: list[str]
    error: str | None


class Owned(NamedTuple, Generic[T]):
    """A contribution and the name of its plugin."""

    plugin: str
    type: T


@dataclass(slots=True)
class _Plugin:
    found: Found
    enabled: bool = True
    error: str | None = None
    hooks: list[str] = field(default_factory=list)
    contributions: Contributions = field(default_factory=Contributions)


class _Hooks(pluggy.PluginManager):
    def parse_hookimpl_opts(self, plugin: object, name: str) -> HookimplOpts | None:
        """Return the options of a hook, None for other names: most names of a module are imported or private."""
        if isinstance(plugin, types.ModuleType):
            value = vars(plugin).get(name)
            if not isinstance(value, _CALLABLES) or not hasattr(value, _MARK):
                return None
        return super().parse_hookimpl_opts(plugin, name)


class Plugins:
    """The contributions of the plugins that work.

    `channel_types` are by kind, `requests` by full name, `automations`, `erasers`, `actions` and `jobs` by
    `PLUGIN.NAME`, `suggestions` by name. `tables` (the package of migrations) and `configs` (the class of
    `[plugins.NAME]`, None without one) are by plugin. `jobs` are those of automations and actions.
    """

    def __init__(self) -> None:
        self.channel_types: dict[str, ChannelType] = {}
        self.requests: dict[str, Owned[RequestType]] = {}
        self.automations: dict[str, Owned[AutomationType]] = {}
        self.suggestions: dict[str, Owned[SuggestionType]] = {}
        self.erasers: dict[str, Owned[EraseType]] = {}
        self.actions: dict[str, Owned[ActionType]] = {}
        self.jobs: dict[str, Owned[JobType]] = {}
        self.tables: dict[str, str] = {}
        self.configs: dict[str, type | None] = {}
        self._pm = _Hooks("deskctl")
        self._pm.add_hookspecs(hookspecs)
        self._plugins: dict[str, _Plugin] = {}

    def rows(self) -> list[PluginRow]:
        """Return every plugin that was found, in the order of loading."""
        return [_row(name, plugin) for name, plugin in self._plugins.items()]

    def disabled_reasons(self) -> dict[str, str]:
        """Return the reasons why plugins are off, by name, for `deskctl.config.check`."""
        return {name: plugin.error or DISABLED_REASON for name, plugin in self._plugins.items() if not plugin.enabled}

    def remove(self, name: str, why: str) -> None:
        """Remove a plugin with all contributions, and record the reason."""
        for kind in self._plugins[name].contributions.channels:
            self.channel_types.pop(kind.kind, None)
        self.disable(name, why)
        self._plugins[name].contributions = Contributions()
        if self._pm.has_plugin(name):
            self._pm.unregister(name=name)

    def disable(self, name: str, why: str) -> None:
        """Disable a plugin that fails while the desk is open. Its channels continue: each has its own supervision."""
        plugin = self._plugins.get(name)
        if plugin is None:
            return
        plugin.enabled, plugin.error = False, why
        owned: dict[str, Any]
        for owned in (self.requests, self.automations, self.suggestions, self.erasers, self.actions, self.jobs):
            for key in [key for key, item in owned.items() if item.plugin == name]:
                del owned[key]
        self.tables.pop(name, None)
        self.configs.pop(name, None)

    def plugin_of_kind(self, kind: str) -> str:
        """Return the plugin of a channel type."""
        return self._kinds()[kind]

    def is_on(self, name: str) -> bool:
        return self._plugins[name].enabled

    def event_kinds(self) -> dict[str, frozenset[str]]:
        """Return the kinds of events of each automation (`PLUGIN.NAME`)."""
        return {name: frozenset(owned.type.on) for name, owned in self.automations.items()}

    def event_filters(self, settings: Settings) -> dict[str, Callable[[RecordedEvent], bool]]:
        """Return a function for each automation that wants only some events of its kinds."""
        view = _View(settings.language, settings.of(Channels).channels)
        return {
            name: partial(_is_wanted, name, owned.type.wants, view)
            for name, owned in self.automations.items()
            if owned.type.wants is not None
        }

    def add(self, found: Found, enabled: bool = True) -> None:
        """Load one plugin. Errors of the plugin are recorded, not raised."""
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
            self._collect(plugin, collect(found.name, lambda hook: self._call_hook(plugin, hook)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin may even call sys.exit
            log.debug("plugin %s failed", found.name, exc_info=True)
            self.remove(found.name, _error_line(error))

    def add_all(self, source: str, find: Callable[[], Iterable[Found]], is_selected: Callable[[str], bool]) -> None:
        """Load the plugins of a source. A source that cannot be read gets its own row with the error."""
        try:
            for found in find():
                self.add(found, is_selected(found.name))
        except ConfigError as error:
            self._plugins[source] = _Plugin(Found(source, source, None, lambda: None), False, error.what)

    def expect(self, name: str) -> None:
        """Add a row with an error if a plugin named by the configuration was not found."""
        if name not in self._plugins:
            why = f"named in [plugins] but not found: {name}{did_you_mean(name, self._plugins)}"
            self._plugins[name] = _Plugin(Found(name, "[plugins]", None, lambda: None), False, why)

    def _register(self, plugin: _Plugin) -> None:
        name = plugin.found.name
        module = plugin.found.load()
        if why := incompatibility(module, plugin.found.requires):
            raise ConfigError(why)
        _refuse_unmarked(module)
        self._pm.register(module, name=name)
        for caller in self._pm.get_hookcallers(module) or []:
            for impl in caller.get_hookimpls():
                if impl.plugin_name != name:
                    continue
                if not caller.has_spec() and not impl.optionalhook:
                    raise ConfigError(
                        _(
                            "unknown hook {caller}{suggestion}",
                            caller=caller.name,
                            suggestion=did_you_mean(caller.name, _hook_names()),
                        )
                    )
                if inspect.iscoroutinefunction(impl.function) or inspect.isasyncgenfunction(impl.function):
                    raise ConfigError(_("{caller} must not be async: hooks are plain functions", caller=caller.name))
                if impl.wrapper or impl.hookwrapper:
                    raise ConfigError(_("{caller} must not wrap hooks of other plugins", caller=caller.name))
                plugin.hooks.append(caller.name)
        self._pm.check_pending()
        if not plugin.hooks:
            raise ConfigError(_("no hooks found; mark them with @hookimpl of deskctl.plugins"))

    def _collect(self, plugin: _Plugin, found: Contributions) -> None:
        """Add all contributions of a plugin, or none. Raises ConfigError if another plugin has one of the names."""
        name = plugin.found.name
        for what, mine, taken in (
            ("channel type", [kind.kind for kind in found.channels], self._kinds()),
            (
                "suggestion",
                [kind.name for kind in found.suggestions],
                {k: o.plugin for k, o in self.suggestions.items()},
            ),
        ):
            for key in mine:
                if key in taken:
                    raise ConfigError(
                        _(
                            "{value} and {name} both define the {what} {key}; disable one of them",
                            value=taken[key],
                            name=name,
                            what=what,
                            key=repr(key),
                        )
                    )
        plugin.contributions = found
        self.channel_types.update({kind.kind: kind for kind in found.channels})
        self.requests.update({kind.name: Owned(name, kind) for kind in found.requests})
        self.automations.update({f"{name}.{kind.name}": Owned(name, kind) for kind in found.automations})
        self.suggestions.update({kind.name: Owned(name, kind) for kind in found.suggestions})
        self.erasers.update({f"{name}.{kind.name}": Owned(name, kind) for kind in found.erasers})
        self.actions.update({f"{name}.{kind.name}": Owned(name, kind) for kind in found.actions})
        self.jobs.update({f"{name}.{kind.name}": Owned(name, of_automation(kind)) for kind in found.automations})
        self.jobs.update(
            {f"{name}.{kind.name}": Owned(name, job) for kind in found.actions if (job := of_action(kind)) is not None}
        )
        self.configs[name] = found.config
        if found.tables is not None:
            self.tables[name] = found.tables.migrations

    def _kinds(self) -> dict[str, str]:
        """Return the plugin of each channel type."""
        return {kind.kind: name for name, other in self._plugins.items() for kind in other.contributions.channels}

    def _call_hook(self, plugin: _Plugin, hook: str) -> list[Any]:
        """Return the answers of one plugin to a hook."""
        others = [module for name, module in self._pm.list_name_plugin() if name != plugin.found.name and module]
        answers: list[Any] = self._pm.subset_hook_caller(hook, others)()
        return answers


def load(section: Section | None = None, environ: Mapping[str, str] | None = None) -> Plugins:
    """Find and load all plugins that the configuration and $DESKCTL_PLUGINS allow. Raises nothing."""
    environ = os.environ if environ is None else environ
    named = environ.get(ENVIRONMENT)
    limit = None if named is None else {name.strip() for name in named.split(",")} - {"", "none"}
    only = section.only if section else None
    disabled = section.disabled if section else ()
    folder = section.dir if section else None

    def is_selected(name: str) -> bool:
        return (limit is None or name in limit) and (only is None or name in only) and name not in disabled

    plugins = Plugins()
    plugins.add_all("built in", built_in, is_selected)
    plugins.add_all("installed", installed, is_selected)
    if folder is not None:
        plugins.add_all(str(folder), lambda: in_folder(folder), is_selected)
    for name in (*(only or ()), *disabled):
        plugins.expect(name)
    for name, why in json.loads(environ.get(DISABLED_ENVIRONMENT, "{}")).items():
        plugins.disable(name, why)
    return plugins


@dataclass(frozen=True, slots=True)
class _View:
    """The `SettingsView` for automations."""

    language: str
    channels: Mapping[str, ChannelView]


def _is_wanted(
    name: str, wants: Callable[[Happening, SettingsView], bool], settings: SettingsView, recorded: RecordedEvent
) -> bool:
    """Return True if an automation wants an event, or if it cannot decide: then its job reports the error."""
    event = recorded.event
    happening = Happening(recorded.id, event.kind, event.ticket, recorded.actor, recorded.at, event.facts())
    try:
        return bool(wants(happening, settings))
    except Exception as error:  # noqa: BLE001 - an error of a plugin must not prevent the command
        log.warning("the automation %s cannot decide about an event: %s", name, _error_line(error))
        return True


def _hook_names() -> list[str]:
    return [name for name in vars(hookspecs) if name.startswith("deskctl_")]


def _refuse_unmarked(module: object) -> None:
    """Raise ConfigError for a hook without @hookimpl, which would be ignored silently."""
    names = vars(module)
    for name in _hook_names():
        value = names.get(name)
        is_own = getattr(value, "__module__", None) == getattr(module, "__name__", "")
        if is_own and callable(value) and not hasattr(value, _MARK):
            raise ConfigError(_("{name} is not marked with @hookimpl of deskctl.plugins", name=name))


def _row(name: str, plugin: _Plugin) -> PluginRow:
    found = plugin.contributions
    return PluginRow(
        name=name,
        version=plugin.found.version,
        source=plugin.found.source,
        enabled=plugin.enabled,
        channels=[kind.kind for kind in found.channels],
        requests=[kind.name for kind in found.requests],
        automations=[kind.name for kind in found.automations],
        suggestions=[kind.name for kind in found.suggestions],
        actions=[kind.name for kind in found.actions],
        tables=found.tables is not None,
        hooks=list(plugin.hooks),
        error=plugin.error,
    )


def _error_line(error: BaseException) -> str:
    """Return an error as one line."""
    if isinstance(error, DeskctlError):
        return error.what
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
