"""Load a configuration: return the `Config`, or report every error at once."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

from ..core.messages.authentication import NOBODY
from ..core.messages.channels import BUILT_IN
from ..core.tickets.field_registry import LONGEST_NAME, is_built_in, is_name
from ..core.values.field import FieldType
from ..dataclass import dataclass
from ..errors import ConfigError
from ..i18n import _
from .channel_types import ChannelTypeSpec
from .convert import Fault, fields_of, is_config_class, structure
from .plugin_section import plugin_tables, without_tables
from .positions import Positions
from .problems import KeyPath, Problem, did_you_mean, dotted, shown
from .schema import ChannelCommon, ChannelTable, Config, CoreTables, FieldTable, PluginsTable
from .secrets import Secret


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a check, in the order of the file. `config` is None if there are errors."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    config: Config | None

    @property
    def exit_code(self) -> int:
        """Return 0 without problems, 1 with warnings only, 5 with errors."""
        return 5 if self.errors else 1 if self.warnings else 0


def load(
    path: Path,
    channel_types: Mapping[str, ChannelTypeSpec],
    disabled: Mapping[str, str] | None = None,
    plugins: Mapping[str, type | None] | None = None,
) -> Config:
    """Return the configuration at `path`. `channel_types`, `disabled` and `plugins` as in `check`.

    Raises ConfigError with all errors in `problems`.
    """
    report = check(path, channel_types, disabled, plugins)
    if report.config is None:
        count = len(report.errors)
        raise ConfigError(
            f"{count} error{'s' if count > 1 else ''} in {shown(path)}",
            _("correct them, then run `deskctl config check`"),
            tuple(map(str, report.errors)),
        )
    return report.config


def check(
    path: Path,
    channel_types: Mapping[str, ChannelTypeSpec],
    disabled: Mapping[str, str] | None = None,
    plugins: Mapping[str, type | None] | None = None,
) -> Report:
    """Check the configuration at `path` and return every error and warning.

    `channel_types` are the channel types of the plugins. `disabled` gives the reason for each plugin that is off, by
    name; it explains an unknown channel type. `plugins` are the enabled plugins with the class of `[plugins.NAME]`,
    None if the plugin has none. Raises ConfigError only if the file cannot be read.
    """
    try:
        text = _text(path)
        data = _parsed(path, text)
    except _NotToml as error:
        return Report((error.problem,), (), None)
    loader = _Loader(path.absolute(), data, Positions(text), channel_types, disabled or {}, plugins or {})
    return loader.report()


def plugins_table(path: Path) -> PluginsTable:
    """Return `[plugins]` alone, which is needed to load the plugins before the rest can be checked.

    If the table has errors, defaults are returned: `load` reports the errors.
    Raises ConfigError if the file cannot be read or is not TOML.
    """
    try:
        data = _parsed(path, _text(path))
    except _NotToml as error:
        raise ConfigError(
            _("1 error in {shown}", shown=shown(path)), _("correct it, then try again"), (str(error.problem),)
        ) from None
    table, faults = structure(without_tables(data.get("plugins", {})), PluginsTable, path.absolute().parent)
    return PluginsTable() if faults else table


class _NotToml(Exception):
    """The file is not TOML."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(_("{path} cannot be read: {reason}", path=path, reason=error.strerror)) from None
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _NotToml(Problem(shown(path), line, "", _("is not UTF-8 text"))) from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    import tomli

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        what = _("not TOML: {reason}", reason=error.msg[:1].lower() + error.msg[1:])
        raise _NotToml(Problem(shown(path), error.lineno, "", what, error.colno)) from None
    except RecursionError:
        raise _NotToml(Problem(shown(path), 1, "", _("is nested too deeply"))) from None


class _Loader:
    """One check of one file."""

    def __init__(
        self,
        path: Path,
        data: dict[str, Any],
        positions: Positions,
        channel_types: Mapping[str, ChannelTypeSpec],
        disabled: Mapping[str, str],
        plugins: Mapping[str, type | None],
    ) -> None:
        self._path = path
        self._data = data
        self._positions = positions
        self._types = channel_types
        self._disabled = disabled
        self._classes = plugins
        self._errors: list[Problem] = []
        self._warnings: list[Problem] = []
        self._secrets = False
        self._claims: dict[str, KeyPath] = {}

    def report(self) -> Report:
        core = self._core()
        channels = self._channels()
        fields = self._fields()
        tables = self._plugin_tables()
        if core is not None:
            self._plugins(core.plugins)
        self._check_file_mode(core)
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
                fields=fields,
            )
        return Report(tuple(sorted(self._errors)), tuple(sorted(self._warnings)), config)

    def _core(self) -> CoreTables | None:
        data = {key: value for key, value in self._data.items() if key not in ("channels", "fields")}
        if "plugins" in data:
            data["plugins"] = without_tables(data["plugins"])
        core, faults = structure(data, CoreTables, self._path.parent)
        for fault in faults:
            if len(fault.path) == 1 and fault.what.startswith("unknown key"):
                tables = (*fields_of(CoreTables), "channels", "fields")
                near = did_you_mean(str(fault.path[0]), tables)
                fault = Fault(fault.path, _("unknown key{suggestion}", suggestion=near))
            self._error(fault.path, fault.what)
        return core if core is None or isinstance(core, CoreTables) else None

    def _channels(self) -> dict[str, ChannelTable]:
        tables = self._data.get("channels", {})
        if not isinstance(tables, dict):
            self._error(("channels",), _("must contain tables: [channels.NAME]"))
            return {}
        channels = {}
        for name, table in tables.items():
            path = ("channels", name)
            if not isinstance(table, dict):
                self._error(path, _("must be a table: [channels.{name}]", name=name))
                continue
            if name in BUILT_IN:
                self._error(path, _("{name} is a built-in channel; choose another name", name=name))
            elif not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
                self._error(path, _('a channel name consists of letters, digits, "-" and "_"'))
            channel = self._channel(name, table)
            if channel is not None:
                channels[name] = channel
        return channels

    def _fields(self) -> dict[str, FieldTable]:
        """Return the tables `[fields.NAME]` by name."""
        tables = self._data.get("fields", {})
        if not isinstance(tables, dict):
            self._error(("fields",), _("must contain tables: [fields.NAME]"))
            return {}
        fields = {}
        for name, table in tables.items():
            path: KeyPath = ("fields", name)
            if not isinstance(table, dict):
                self._error(path, _("must be a table: [fields.{name}]", name=name))
                continue
            if is_built_in(name):
                self._error(path, _("{name} is a built-in name of tickets; choose another name", name=name))
            elif not is_name(name):
                self._error(
                    path,
                    _(
                        "a field name has at most {limit} letters a to z, digits and _, and begins with a letter; "
                        "the name for people is its label",
                        limit=LONGEST_NAME,
                    ),
                )
            found, faults = structure(table, FieldTable, self._path.parent)
            for fault in faults:
                what = fault.what
                if fault == Fault(("type",), "is missing"):
                    what = _("is missing; available: {names}", names=", ".join(FieldType))
                self._error((*path, *fault.path), what)
            if isinstance(found, FieldTable):
                fields[name] = found
        return fields

    def _channel(self, name: str, table: dict[str, Any]) -> ChannelTable | None:
        path: KeyPath = ("channels", name)
        folder = self._path.parent
        shared = fields_of(ChannelCommon)
        common, faults = structure({k: v for k, v in table.items() if k in shared}, ChannelCommon, folder)
        for fault in faults:
            what = fault.what
            if self._types and fault == Fault(("type",), "is missing"):
                what = _("is missing; available: {names}", names=", ".join(sorted(self._types)))
            self._error((*path, *fault.path), what)
        type_name = table.get("type")
        if not isinstance(type_name, str):
            return None
        channel_type = self._types.get(type_name)
        if channel_type is None:
            self._error((*path, "type"), self._unknown_type(type_name))
            return None
        specific = {key: value for key, value in table.items() if key not in shared}
        config, faults = structure(specific, channel_type.config, folder)
        for fault in faults:
            what = fault.what
            if len(fault.path) == 1 and what.startswith("unknown key"):
                near = did_you_mean(str(fault.path[0]), (*shared, *fields_of(channel_type.config)))
                what = _("unknown key{suggestion}", suggestion=near)
            self._error((*path, *fault.path), what)
        if faults or common is None:
            return None
        return self._channel_table(path, name, channel_type, common, config)

    def _channel_table(
        self, path: KeyPath, name: str, channel_type: ChannelTypeSpec, common: ChannelCommon, config: Any
    ) -> ChannelTable | None:
        try:
            self._walk(config, path)
            channel = ChannelTable(
                name=name,
                type=common.type,
                team=common.team,
                config=config,
                address=channel_type.address(config),
                aliases=tuple(channel_type.aliases(config)),
                sends=channel_type.sends(config),
                receives=channel_type.receives(config),
                copies=channel_type.copies(config),
                plus=channel_type.plus(config),
                sender_name=common.sender_name,
                authority=_authority(common.authority, channel_type, config),
                acknowledge=common.acknowledgement(),
                conversational=channel_type.capabilities.conversational,
                choices=channel_type.capabilities.choices,
                answer=common.answer,
                greeting=common.greetings(),
                hours=common.hours,
            )
        except Exception as error:  # noqa: BLE001 - functions of a plugin may raise anything
            self._plugin_failed(path, common.type, error)
            return None
        for address, key in ((channel.address, "address"), *((alias, "aliases") for alias in channel.aliases)):
            if address:
                claim = _("{type} address {address}", type=common.type, address=address.lower())
                self._claim(claim, (*path, key))
        return channel

    def _walk(self, config: Any, path: KeyPath) -> None:
        """Check secrets and collect `config_warnings()` and `config_claims()`, in nested values too."""
        if isinstance(config, Secret):
            self._secrets |= config.literal
            if config.literal:
                self._warning(
                    path, _("a password in the configuration; use { file = … } or { credential = … } instead")
                )
            if config.missing:
                self._warning(path, _("file not found: {path}", path=config.missing))
            if objection := config.file_problem():
                self._error(path, objection)
            return
        if not is_config_class(type(config)):
            return
        for remark in _results_of(config, "config_warnings"):
            self._warning((*path, *_steps(remark.key)), remark.what)
        for claim in _results_of(config, "config_claims"):
            self._claim(claim.what, (*path, *_steps(claim.key)))
        for name in fields_of(type(config)):
            self._walk(getattr(config, name, None), (*path, name))

    def _claim(self, what: str, path: KeyPath) -> None:
        """Report an error if another channel already uses `what`."""
        first = self._claims.setdefault(what, path)
        if first is not path and first != path:
            self._error(path, _("{what} is already used by {channel}", what=what, channel=dotted(first)))

    def _plugin_tables(self) -> dict[str, Any]:
        """Return `[plugins.NAME]` by plugin, converted to the plugins' classes."""
        found = plugin_tables(self._data.get("plugins", {}), self._classes, self._disabled, self._path.parent)
        for fault in found.errors:
            self._error(fault.path, fault.what)
        for fault in found.warnings:
            self._warning(fault.path, fault.what)
        for name, table in found.tables.items():
            self._walk_plugin_table(name, table, ("plugins", name))
        return found.tables

    def _walk_plugin_table(self, name: str, table: Any, path: KeyPath) -> None:
        try:
            self._walk(table, path)
        except Exception as error:  # noqa: BLE001 - the class of a plugin may raise anything
            self._plugin_failed(path, name, error)

    def _plugin_failed(self, path: KeyPath, plugin: str, error: Exception) -> None:
        what = _(
            "the plugin {name} failed on this table: {type}: {error}",
            name=plugin,
            type=type(error).__name__,
            error=error,
        )
        self._error(path, what)

    def _plugins(self, table: PluginsTable) -> None:
        from .missing_types import DISABLED_REASON
        from .trust import check_trust

        for key, names in (("only", table.only or ()), ("disabled", table.disabled)):
            for index, name in enumerate(names):
                why = self._disabled.get(name, DISABLED_REASON)
                if why != DISABLED_REASON:
                    self._warning(("plugins", key, index), why)
        if table.dir is None:
            return
        try:
            problem = check_trust(table.dir, must_be_own=True, folder=True)
            why = problem.why if problem else ""
        except OSError as error:
            missing = not table.dir.exists()
            why = (
                _("{path} is not a folder", path=table.dir)
                if missing
                else _("{path} cannot be read: {reason}", path=table.dir, reason=error.strerror)
            )
        if why:
            self._error(("plugins", "dir"), _("{why}, so its plugins are not loaded", why=why))

    def _check_file_mode(self, core: CoreTables | None) -> None:
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
                    shown(self._path),
                    1,
                    "",
                    _("contains a password and other users can read it: chmod 600 {path}", path=shown(self._path)),
                )
            )

    def _unknown_type(self, name: str) -> str:
        from .missing_types import explain_missing_type

        near = did_you_mean(name, self._types)
        return _(
            "unknown channel type {name}{suggestion}{reason}",
            name=repr(name),
            suggestion=near,
            reason=explain_missing_type(name, self._disabled),
        )

    def _error(self, path: KeyPath, what: str) -> None:
        self._errors.append(self._problem(path, what))

    def _warning(self, path: KeyPath, what: str) -> None:
        self._warnings.append(self._problem(path, what))

    def _problem(self, path: KeyPath, what: str) -> Problem:
        return Problem(shown(self._path), self._positions.line(path), dotted(path), what)


def _results_of(config: Any, method: str) -> Iterable[Any]:
    say = getattr(config, method, None)
    return tuple(say()) if callable(say) else ()


def _steps(key: str) -> tuple[str, ...]:
    return tuple(key.split(".")) if key else ()


def _authority(configured: str | None, channel_type: ChannelTypeSpec, config: Any) -> str | None:
    """Return the trusted mail server: the configured one, or the provider's. "none" means no server is trusted."""
    found = configured if configured is not None else channel_type.authority(config)
    return None if found == NOBODY else found
