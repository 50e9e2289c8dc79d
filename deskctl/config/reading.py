"""Read a configuration: all that is wrong with it at once, or the `Config`."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import attrs

from ..core.authentication import NOBODY
from ..core.settings import BUILT_IN
from ..errors import ConfigError
from .convert import Fault, fields_of, is_config_class, structure
from .plugin_section import plugin_tables, without_tables
from .positions import Positions
from .problems import KeyPath, Problem, did_you_mean, dotted, shown
from .schema import ChannelCommon, ChannelTable, Config, CoreTables, PluginsTable
from .secrets import Secret


class Abilities(Protocol):
    """What a kind of channel says it can do; `deskctl.plugins.Capabilities` fits."""

    @property
    def conversational(self) -> bool: ...
    @property
    def choices(self) -> bool: ...


class Kind(Protocol):
    """What loading needs to know of a kind of channel; `deskctl.plugins.ChannelType` fits."""

    @property
    def config(self) -> type: ...
    @property
    def capabilities(self) -> Abilities: ...
    @property
    def address(self) -> Callable[[Any], str | None]: ...
    @property
    def aliases(self) -> Callable[[Any], tuple[str, ...]]: ...
    @property
    def sends(self) -> Callable[[Any], bool]: ...
    @property
    def receives(self) -> Callable[[Any], bool]: ...
    @property
    def copies(self) -> Callable[[Any], bool]: ...
    @property
    def plus(self) -> Callable[[Any], bool]: ...
    @property
    def authority(self) -> Callable[[Any], str | None]: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found, in the order of the file. `config` is None when there are errors."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    config: Config | None

    @property
    def exit_code(self) -> int:
        """0 fine, 1 warnings only, 5 errors."""
        return 5 if self.errors else 1 if self.warnings else 0


def load(
    path: Path,
    kinds: Mapping[str, Kind],
    absent: Mapping[str, str] | None = None,
    plugins: Mapping[str, type | None] | None = None,
) -> Config:
    """The configuration at `path`. `kinds`, `absent` and `plugins` as in `check`.

    Raises ConfigError whose `problems` are all the errors there are.
    """
    report = check(path, kinds, absent, plugins)
    if report.config is None:
        count = len(report.errors)
        raise ConfigError(
            f"{count} error{'s' if count > 1 else ''} in {shown(path)}",
            "Correct it, then see `deskctl config check`.",
            tuple(map(str, report.errors)),
        )
    return report.config


def check(
    path: Path,
    kinds: Mapping[str, Kind],
    absent: Mapping[str, str] | None = None,
    plugins: Mapping[str, type | None] | None = None,
) -> Report:
    """Everything that is wrong, or doubtful, with the configuration at `path`.

    `kinds`: the kinds of channel that plugins bring. `absent`: why a plugin is off, by its name; it explains
    an unknown kind. `plugins`: those that are on, with the class of `[plugins.NAME]`, None without one.
    Raises ConfigError only when the file cannot be read at all.
    """
    try:
        text = _text(path)
        data = _parsed(path, text)
    except _Broken as broken:
        return Report((broken.problem,), (), None)
    reading = _Reading(path.absolute(), data, Positions(text), kinds, absent or {}, plugins or {})
    return reading.report()


def plugins_table(path: Path) -> PluginsTable:
    """`[plugins]` alone, needed before anything else can be read. Defaults where it is wrong: `load` will say so.

    Raises ConfigError when the file cannot be read or is not TOML.
    """
    try:
        data = _parsed(path, _text(path))
    except _Broken as broken:
        raise ConfigError(f"1 error in {shown(path)}", "Correct it first.", (str(broken.problem),)) from None
    table, faults = structure(without_tables(data.get("plugins", {})), PluginsTable, path.absolute().parent)
    return PluginsTable() if faults else table


class _Broken(Exception):
    """Not TOML."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _Broken(Problem(shown(path), line, "", "is not UTF-8 text")) from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    import tomli

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        what = f"not TOML: {error.msg[:1].lower()}{error.msg[1:]}"
        raise _Broken(Problem(shown(path), error.lineno, "", what, error.colno)) from None
    except RecursionError:
        raise _Broken(Problem(shown(path), 1, "", "is nested too deeply")) from None


class _Reading:
    """One pass over one file."""

    def __init__(
        self,
        path: Path,
        data: dict[str, Any],
        positions: Positions,
        kinds: Mapping[str, Kind],
        absent: Mapping[str, str],
        plugins: Mapping[str, type | None],
    ) -> None:
        self._path = path
        self._data = data
        self._positions = positions
        self._kinds = kinds
        self._absent = absent
        self._classes = plugins
        self._errors: list[Problem] = []
        self._warnings: list[Problem] = []
        self._secrets = False
        self._claims: dict[str, KeyPath] = {}

    def report(self) -> Report:
        core = self._core()
        channels = self._channels()
        tables = self._plugin_tables()
        if core is not None:
            self._plugins(core.plugins)
        self._exposure(core)
        config = None
        if core is not None and not self._errors:
            folder = self._path.parent
            config = Config(
                path=self._path,
                desk=core.desk,
                store=attrs.evolve(core.store, url=core.store.absolute(folder)),
                daemon=attrs.evolve(core.daemon, run_dir=core.daemon.run_dir or folder),
                plugins=core.plugins,
                channels=channels,
                plugin_tables=tables,
            )
        return Report(tuple(sorted(self._errors)), tuple(sorted(self._warnings)), config)

    def _core(self) -> CoreTables | None:
        data = {key: value for key, value in self._data.items() if key != "channels"}
        if "plugins" in data:
            data["plugins"] = without_tables(data["plugins"])
        core, faults = structure(data, CoreTables, self._path.parent)
        for fault in faults:
            if len(fault.path) == 1 and fault.what.startswith("unknown key"):
                tables = (*fields_of(CoreTables), "channels")
                fault = Fault(fault.path, f"unknown key{did_you_mean(str(fault.path[0]), tables)}")
            self._error(fault.path, fault.what)
        return core if core is None or isinstance(core, CoreTables) else None

    def _channels(self) -> dict[str, ChannelTable]:
        tables = self._data.get("channels", {})
        if not isinstance(tables, dict):
            self._error(("channels",), "must hold tables: [channels.NAME]")
            return {}
        channels = {}
        for name, table in tables.items():
            path = ("channels", name)
            if not isinstance(table, dict):
                self._error(path, f"must be a table: [channels.{name}]")
                continue
            if name in BUILT_IN:
                self._error(path, f"{name} is built in; call this channel something else")
            elif not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
                self._error(path, 'a channel\'s name is made of letters, digits, "-" and "_"')
            channel = self._channel(name, table)
            if channel is not None:
                channels[name] = channel
        return channels

    def _channel(self, name: str, table: dict[str, Any]) -> ChannelTable | None:
        path: KeyPath = ("channels", name)
        folder = self._path.parent
        shared = fields_of(ChannelCommon)
        common, faults = structure({k: v for k, v in table.items() if k in shared}, ChannelCommon, folder)
        for fault in faults:
            known = f"; there are {', '.join(sorted(self._kinds))}" if self._kinds else ""
            missing = fault == Fault(("type",), "is missing")
            self._error((*path, *fault.path), fault.what + (known if missing else ""))
        kind_name = table.get("type")
        if not isinstance(kind_name, str):
            return None
        kind = self._kinds.get(kind_name)
        if kind is None:
            self._error((*path, "type"), self._unknown_kind(kind_name))
            return None
        own = {key: value for key, value in table.items() if key not in shared}
        config, faults = structure(own, kind.config, folder)
        for fault in faults:
            what = fault.what
            if len(fault.path) == 1 and what.startswith("unknown key"):
                what = f"unknown key{did_you_mean(str(fault.path[0]), (*shared, *fields_of(kind.config)))}"
            self._error((*path, *fault.path), what)
        if faults or common is None:
            return None
        return self._opened(path, name, kind, common, config)

    def _opened(self, path: KeyPath, name: str, kind: Kind, common: ChannelCommon, config: Any) -> ChannelTable | None:
        try:
            self._walk(config, path)
            channel = ChannelTable(
                name=name,
                type=common.type,
                team=common.team,
                config=config,
                address=kind.address(config),
                aliases=tuple(kind.aliases(config)),
                sends=kind.sends(config),
                receives=kind.receives(config),
                copies=kind.copies(config),
                plus=kind.plus(config),
                sender_name=common.sender_name,
                authority=_authority(common.authority, kind, config),
                acknowledge=common.words(),
                conversational=kind.capabilities.conversational,
                choices=kind.capabilities.choices,
                answer=common.answer,
                greeting=common.greetings(),
                hours=common.hours,
            )
        except Exception as error:  # noqa: BLE001 - a plugin's functions may raise anything
            self._error(path, f"the plugin of {common.type} fails on it: {type(error).__name__}: {error}")
            return None
        for address, key in ((channel.address, "address"), *((alias, "aliases") for alias in channel.aliases)):
            if address:
                self._claim(f"{common.type} address {address.lower()}", (*path, key))
        return channel

    def _walk(self, config: Any, path: KeyPath) -> None:
        """What values say of themselves: secrets, `config_warnings()` and `config_claims()` at any depth."""
        if isinstance(config, Secret):
            self._secrets |= config.literal
            if config.literal:
                self._warning(path, "a password in the configuration; better { file = … } or { credential = … }")
            if config.missing:
                self._warning(path, f"there is no file {config.missing}")
            if objection := config.objection():
                self._error(path, objection)
            return
        if not is_config_class(type(config)):
            return
        for remark in _said(config, "config_warnings"):
            self._warning((*path, *_steps(remark.key)), remark.what)
        for claim in _said(config, "config_claims"):
            self._claim(claim.what, (*path, *_steps(claim.key)))
        for name in fields_of(type(config)):
            self._walk(getattr(config, name, None), (*path, name))

    def _claim(self, what: str, path: KeyPath) -> None:
        """Only one channel can have `what`."""
        first = self._claims.setdefault(what, path)
        if first is not path and first != path:
            self._error(path, f"{what} belongs to {dotted(first)} already")

    def _plugin_tables(self) -> dict[str, Any]:
        """`[plugins.NAME]` as the plugins' own classes."""
        found = plugin_tables(self._data.get("plugins", {}), self._classes, self._absent, self._path.parent)
        for fault in found.errors:
            self._error(fault.path, fault.what)
        for fault in found.warnings:
            self._warning(fault.path, fault.what)
        for name, table in found.tables.items():
            self._walked(name, table, ("plugins", name))
        return found.tables

    def _walked(self, name: str, table: Any, path: KeyPath) -> None:
        try:
            self._walk(table, path)
        except Exception as error:  # noqa: BLE001 - a plugin's class may raise anything
            self._error(path, f"the plugin {name} fails on it: {type(error).__name__}: {error}")

    def _plugins(self, table: PluginsTable) -> None:
        from .absent import ON_PURPOSE
        from .trust import distrust_way

        for key, names in (("only", table.only or ()), ("disabled", table.disabled)):
            for index, name in enumerate(names):
                why = self._absent.get(name, ON_PURPOSE)
                if why != ON_PURPOSE:
                    self._warning(("plugins", key, index), why)
        if table.dir is None:
            return
        try:
            why = str(distrust_way(table.dir, own=True, folder=True) or "")
        except OSError as error:
            why = f"{table.dir} {'is not a folder' if not table.dir.exists() else f'cannot be read: {error.strerror}'}"
        if why:
            self._error(("plugins", "dir"), f"{why}, so its plugins are not loaded")

    def _exposure(self, core: CoreTables | None) -> None:
        url = core.store.url if core else ""
        password_in_url = "@" in url and ":" in url.partition("://")[2].rpartition("@")[0]
        if not (self._secrets or password_in_url):
            return
        try:
            mode = self._path.stat().st_mode
        except OSError:
            return
        if mode & (stat.S_IRGRP | stat.S_IROTH):
            self._warnings.append(
                Problem(
                    shown(self._path), 1, "", f"holds a password and others can read it: chmod 600 {shown(self._path)}"
                )
            )

    def _unknown_kind(self, name: str) -> str:
        from .absent import why_absent

        return f"no plugin brings {name!r}{did_you_mean(name, self._kinds)}{why_absent(name, self._absent)}"

    def _error(self, path: KeyPath, what: str) -> None:
        self._errors.append(self._problem(path, what))

    def _warning(self, path: KeyPath, what: str) -> None:
        self._warnings.append(self._problem(path, what))

    def _problem(self, path: KeyPath, what: str) -> Problem:
        return Problem(shown(self._path), self._positions.line(path), dotted(path), what)


def _said(config: Any, method: str) -> Iterable[Any]:
    say = getattr(config, method, None)
    return tuple(say()) if callable(say) else ()


def _steps(key: str) -> tuple[str, ...]:
    return tuple(key.split(".")) if key else ()


def _authority(given: str | None, kind: Kind, config: Any) -> str | None:
    """The mail server that is believed: the one named, else the provider's own; "none" is nobody."""
    found = given if given is not None else kind.authority(config)
    return None if found == NOBODY else found
