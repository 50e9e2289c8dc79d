"""Collect and validate the contributions of a plugin. Every problem is a ConfigError that names the contribution."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ..dataclass import dataclass
from ..errors import ConfigError
from ..i18n import _
from .automation import AutomationType
from .channel import ChannelType
from .erasure import EraseType
from .requests import PluginTables, RequestType
from .suggestion import SuggestionType
from .ticket_action import ActionType

T = TypeVar("T")

#: A name that can be part of a command, a reference or a file name.
_WORD = re.compile(r"[a-z][a-z0-9_-]*")
#: Parameter names that `Desk.request` uses itself.
_RESERVED = ("agent", "dry_run")


@dataclass(frozen=True, slots=True)
class Contributions:
    """The contributions of one plugin."""

    channels: tuple[ChannelType, ...] = ()
    requests: tuple[RequestType, ...] = ()
    automations: tuple[AutomationType, ...] = ()
    suggestions: tuple[SuggestionType, ...] = ()
    erasers: tuple[EraseType, ...] = ()
    actions: tuple[ActionType, ...] = ()
    tables: PluginTables | None = None
    config: type | None = None


def collect(plugin: str, ask: Callable[[str], Iterable[Any]]) -> Contributions:
    """Return the contributions of a plugin. `ask(hook)` returns its answers to a hook. Raises ConfigError."""
    channels = _all(ask, "deskctl_channels", ChannelType)
    for channel in channels:
        _check_config(f"the config of channel type {channel.kind!r}", channel.config)
        if clash := {"type", "team"} & _keys(channel.config):
            raise ConfigError(
                _(
                    "the config of channel type {kind} must not contain {min}: it is a common key",
                    kind=repr(channel.kind),
                    min=repr(min(clash)),
                )
            )
    requests = _all(ask, "deskctl_requests", RequestType)
    for request in requests:
        _check_request(plugin, request)
    automations = _all(ask, "deskctl_automations", AutomationType)
    for automation in automations:
        _check_automation(automation)
    suggestions = _all(ask, "deskctl_suggest", SuggestionType)
    for suggestion in suggestions:
        _check_word("the suggestion", suggestion.name)
    erasers = _all(ask, "deskctl_erase", EraseType)
    for eraser in erasers:
        _check_word("the eraser", eraser.name)
    actions = _all(ask, "deskctl_actions", ActionType)
    for action in actions:
        _check_action(action)
    for what, names in (
        ("channel type", [c.kind for c in channels]),
        ("request", [r.name for r in requests]),
        ("automation", [a.name for a in automations]),
        ("suggestion", [s.name for s in suggestions]),
        ("eraser", [e.name for e in erasers]),
        ("action", [a.name for a in actions]),
    ):
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ConfigError(_("it defines the {what} {twice} twice", what=what, twice=repr(twice)))
    if both := {a.name for a in automations} & {a.name for a in actions}:
        raise ConfigError(
            _(
                "it defines an automation and an action with the name {name}; their jobs need different names",
                name=repr(min(both)),
            )
        )
    tables = _one(ask, "deskctl_tables")
    if tables is not None and not isinstance(tables, PluginTables):
        raise ConfigError(_("deskctl_tables returned {a}, not PluginTables", a=_a(type(tables).__name__)))
    config = _one(ask, "deskctl_config")
    if config is not None:
        _check_config("the result of deskctl_config", config)
    return Contributions(channels, requests, automations, suggestions, erasers, actions, tables, config)


def _all(ask: Callable[[str], Iterable[Any]], hook: str, kind: type[T]) -> tuple[T, ...]:
    found = [item for answer in ask(hook) for item in answer]
    for item in found:
        if not isinstance(item, kind):
            raise ConfigError(
                _("{hook} returned {a}, not {wanted}", hook=hook, a=_a(type(item).__name__), wanted=_a(kind.__name__))
            )
    return tuple(found)


def _one(ask: Callable[[str], Iterable[Any]], hook: str) -> Any:
    return next(iter(ask(hook)), None)


def _check_config(what: str, cls: object) -> None:
    if not isinstance(cls, type) or not (hasattr(cls, "__attrs_attrs__") or dataclasses.is_dataclass(cls)):
        raise ConfigError(_("{what} must be an attrs class or a dataclass", what=what))


def _keys(cls: type) -> set[str]:
    attrs_names = (attribute.name for attribute in getattr(cls, "__attrs_attrs__", ()))
    return {*getattr(cls, "__dataclass_fields__", ()), *attrs_names}


def _check_word(what: str, name: object) -> None:
    if not isinstance(name, str) or not _WORD.fullmatch(name):
        raise ConfigError(
            _(
                '{what} {name} has an invalid name; use lower-case letters, digits, "-" and "_"',
                what=what,
                name=repr(name),
            )
        )


def _check_request(plugin: str, request: RequestType) -> None:
    params: object = request.params
    owner, dot, verb = str(request.name).partition(".")
    if owner != plugin:
        raise ConfigError(
            _(
                "the name of the request {request} must begin with that of the plugin: {plugin}.{value}",
                request=repr(request.name),
                plugin=plugin,
                value=verb or owner,
            )
        )
    _check_word("the request", verb if dot else "")
    _check_callable(f"the request {request.name}", request.handler)
    if not isinstance(params, type) or not dataclasses.is_dataclass(params):
        raise ConfigError(_("the params of the request {request} must be a dataclass", request=request.name))
    for name, hint in typing.get_type_hints(params).items():
        if name in _RESERVED:
            raise ConfigError(
                _(
                    "the params of the request {request} must not contain {name}: the name is reserved",
                    request=request.name,
                    name=repr(name),
                )
            )
        if not _is_sendable(hint):
            raise ConfigError(
                _(
                    "{name} of the request {request} has an unsupported type; use str, int, float, bool, tuple, None",
                    name=name,
                    request=request.name,
                )
            )


def _is_sendable(hint: Any) -> bool:
    if hint in (str, int, float, bool, types.NoneType):
        return True
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union, tuple):
        return all(argument is Ellipsis or _is_sendable(argument) for argument in arguments)
    return origin is typing.ClassVar


def _check_automation(automation: AutomationType) -> None:
    _check_word("the automation", automation.name)
    _check_callable(f"the automation {automation.name}", automation.run)
    kinds: object = automation.on
    if isinstance(kinds, str) or not kinds:
        raise ConfigError(_("the automation {automation} has no kinds of events in `on`", automation=automation.name))
    from ..config.problems import did_you_mean
    from ..core.event_kinds import KINDS

    for kind in automation.on:
        if kind not in KINDS:
            raise ConfigError(
                _(
                    "the automation {automation}: unknown kind of event {kind}{suggestion}",
                    automation=automation.name,
                    kind=repr(kind),
                    suggestion=did_you_mean(kind, KINDS),
                )
            )
    _check_limit(f"the automation {automation.name}", automation.seconds)


def _check_action(action: ActionType) -> None:
    _check_word("the action", action.name)
    _check_callable(f"the action {action.name}", action.run)
    for part in ("parse", "values", "job"):
        function = getattr(action, part)
        if function is not None:
            _check_callable(f"`{part}` of the action {action.name}", function)
    form: object = action.form
    if not isinstance(form, str) or not form or any(c.isspace() for c in form):
        raise ConfigError(_("`form` of the action {action} must be one word, for example NAME", action=action.name))
    _check_limit(f"the action {action.name}", action.seconds)


def _check_limit(what: str, seconds: float) -> None:
    if not 0 < seconds <= 600:
        raise ConfigError(
            _("the limit of {what} must be at most 600 seconds, not {seconds}", what=what, seconds=format(seconds, "g"))
        )


def _check_callable(what: str, function: object) -> None:
    import inspect

    if not callable(function):
        raise ConfigError(_("the function of {what} is not callable", what=what))
    if inspect.iscoroutinefunction(function):
        raise ConfigError(_("the function of {what} must not be async: the desk calls it in a thread", what=what))


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
