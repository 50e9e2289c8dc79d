"""Convert TOML dicts to config classes and report every wrong, missing and unknown key at once, with its path.

Config classes are attrs classes or dataclasses. The annotation of a field decides which values it accepts: text, whole
numbers, booleans, lists (`tuple[str, ...]`), `Literal` choices, switches (`Table | bool`), text that may differ by
language (`str | Mapping[str, str]`), nested classes, durations (`timedelta`), files (`Path`, relative to the folder of
the configuration) and `Secret`. For further checks a class uses validators that raise `Invalid`.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from contextvars import ContextVar
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import attrs
from cattrs import Converter
from cattrs.errors import (
    AttributeValidationNote,
    ClassValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn

from deskctl.i18n import _

from .durations import duration
from .problems import Invalid, KeyPath, did_you_mean
from .secrets import Secret


class Fault(NamedTuple):
    """A wrong value and its path below the converted table."""

    path: KeyPath
    what: str


#: The folder at which relative paths start, during a conversion.
_BASE: ContextVar[Path] = ContextVar("base")


def structure(value: Any, into: type, base: Path) -> tuple[Any, list[Fault]]:
    """Return an instance of `into` and no faults, or None and every fault. Relative file paths start at `base`."""
    outer = _BASE.set(base)
    try:
        return _converter().structure(value, into), []
    except Exception as error:  # noqa: BLE001 - a plugin's class may raise anything
        return None, list(dict.fromkeys(_faults(error, ())))
    finally:
        _BASE.reset(outer)


def is_config_class(cls: object) -> bool:
    """Return True for an attrs class or a dataclass."""
    return isinstance(cls, type) and (attrs.has(cls) or dataclasses.is_dataclass(cls))


def fields_of(cls: type) -> dict[str, Any]:
    """Return the keys of a config class with their resolved types, in order."""
    hints = typing.get_type_hints(cls)
    if attrs.has(cls):
        return {a.name: hints.get(a.name, Any) for a in attrs.fields(cls) if a.init}
    return {f.name: hints.get(f.name, Any) for f in dataclasses.fields(cls) if f.init}


@cache
def _converter() -> Converter:
    """Return the converter of the process: it generates code for each config class, which takes a while."""
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)

    def plain(kind: type, words: str) -> None:
        def hook(value: Any, _type: Any) -> Any:
            if type(value) is not kind:
                raise Invalid(_("must be {words}, not {called}", words=words, called=_called(value)))
            return value

        converter.register_structure_hook(kind, hook)

    plain(str, _('text in quotes: "…"'))
    plain(int, _("a whole number"))
    plain(bool, _("true or false"))

    def number(value: Any, _type: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Invalid(_("must be a number, not {called}", called=_called(value)))
        return float(value)

    def length(value: Any, _type: Any) -> timedelta:
        if not isinstance(value, str):
            raise Invalid(
                _('must be a duration in quotes, as in "60s", "5m", "2h" or "4d", not {called}', called=_called(value))
            )
        return duration(value)

    def file(value: Any, _type: Any) -> Path:
        if not isinstance(value, str) or not value or "\0" in value:
            raise Invalid(_('must be the path of a file in quotes: "…", not {called}', called=_called(value)))
        return _BASE.get() / Path(value).expanduser()

    converter.register_structure_hook(float, number)
    converter.register_structure_hook(timedelta, length)
    converter.register_structure_hook(Path, file)
    converter.register_structure_hook(Secret, lambda value, _: Secret.of(value, _BASE.get()))
    converter.register_structure_hook_func(_is_literal, _choice)
    converter.register_structure_hook_factory(_is_switch, _switch_hook)
    converter.register_structure_hook_factory(_is_words, _words_hook)
    converter.register_structure_hook_factory(_is_list, _list_hook)
    converter.register_structure_hook_factory(_is_mapping, _mapping_hook)
    converter.register_structure_hook_factory(is_config_class, _table_hook)
    return converter


def _table_hook(cls: type, converter: Converter) -> Callable[[Any, Any], Any]:
    inner: Callable[[Any, Any], Any] = make_dict_structure_fn(
        cls, converter, _cattrs_forbid_extra_keys=True, _cattrs_detailed_validation=True
    )

    def hook(value: Any, kind: Any) -> Any:
        if not isinstance(value, dict):
            raise Invalid(_("must be a table with keys, not {called}", called=_called(value)))
        try:
            return inner(value, kind)
        except ClassValidationError as error:
            more = list(_validated(value, cls, converter)) if attrs.has(cls) else []
            raise ClassValidationError(error.message, [*error.exceptions, *more], cls) from None

    return hook


def _validated(value: dict[str, Any], cls: type, converter: Converter) -> typing.Iterator[Exception]:
    """Run the validator of each field and yield the errors.

    attrs runs validators only after every key was converted, and stops at the first error. This function runs each of
    them, so that one error does not hide another.
    """
    hints = fields_of(cls)
    for attribute in attrs.fields(cls):
        if attribute.validator is None or attribute.name not in value:
            continue
        try:
            typed = converter.structure(value[attribute.name], hints[attribute.name])
        except Exception:  # noqa: BLE001 - already reported
            continue
        try:
            attribute.validator(None, attribute, typed)
        except Invalid as error:
            yield error
        except Exception:  # noqa: BLE001 - a validator that needs the whole instance
            continue


def _is_literal(kind: Any) -> bool:
    return typing.get_origin(kind) is typing.Literal


def _choice(value: Any, kind: Any) -> Any:
    choices = typing.get_args(kind)
    if value not in choices or type(value) not in {type(choice) for choice in choices}:
        near = did_you_mean(value, choices) if isinstance(value, str) else ""
        description = repr(value) if isinstance(value, str) and len(value) < 40 else _called(value)
        raise Invalid(
            _(
                "must be one of {names}, not {given}{near}",
                names=", ".join(map(str, choices)),
                given=description,
                near=near,
            )
        )
    return value


def _is_switch(kind: Any) -> bool:
    """Return True for a type that accepts `true`, `false` or a table with settings."""
    return typing.get_origin(kind) in (types.UnionType, typing.Union) and bool in typing.get_args(kind)


def _switch_hook(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    [more] = (argument for argument in typing.get_args(kind) if argument is not bool)

    def hook(value: Any, _type: Any) -> Any:
        return value if isinstance(value, bool) else converter.structure(value, more)

    return hook


def _is_words(kind: Any) -> bool:
    """Return True for a type that accepts one text or a table of texts by language."""
    if typing.get_origin(kind) not in (types.UnionType, typing.Union):
        return False
    arguments = typing.get_args(kind)
    return str in arguments and any(map(_is_mapping, arguments))


def _words_hook(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    [by_language] = (argument for argument in typing.get_args(kind) if argument is not str)

    def hook(value: Any, _type: Any) -> Any:
        return converter.structure(value, by_language if isinstance(value, dict) else str)

    return hook


def _is_list(kind: Any) -> bool:
    origin = typing.get_origin(kind)
    return origin in (list, frozenset, set) or (origin is tuple and typing.get_args(kind)[-1] is Ellipsis)


def _list_hook(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    element, into = typing.get_args(kind)[0], typing.get_origin(kind)

    def hook(value: Any, _type: Any) -> Any:
        if not isinstance(value, list):
            raise Invalid(_("must be a list: [ … ], not {called}", called=_called(value)))
        return into(_each(enumerate(value), element, converter))

    return hook


def _is_mapping(kind: Any) -> bool:
    return typing.get_origin(kind) is dict or getattr(typing.get_origin(kind), "__name__", "") == "Mapping"


def _mapping_hook(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    element = typing.get_args(kind)[1]

    def hook(value: Any, _type: Any) -> Any:
        if not isinstance(value, dict):
            raise Invalid(_("must be a table with keys, not {called}", called=_called(value)))
        return dict(zip(value, _each(value.items(), element, converter), strict=True))

    return hook


def _each(items: Any, element: Any, converter: Converter) -> list[Any]:
    done: list[Any] = []
    errors: list[Exception] = []
    for index, value in items:
        try:
            done.append(converter.structure(value, element))
        except Exception as error:  # noqa: BLE001 - cattrs collects every exception
            error.add_note(IterableValidationNote("", index, element))
            errors.append(error)
    if errors:
        raise IterableValidationError("elements", errors, element)
    return done


def _faults(error: BaseException, path: KeyPath) -> typing.Iterator[Fault]:
    """Walk the error tree of cattrs. The notes give the key or element of each branch."""
    if isinstance(error, ClassValidationError | IterableValidationError):
        cls = error.cl
        noted, bare = error.group_exceptions()
        for inner, note in noted:
            step = note.name if isinstance(note, AttributeValidationNote) else note.index
            if isinstance(inner, KeyError) and isinstance(note, AttributeValidationNote):
                yield Fault((*path, step), _("is missing"))
            else:
                yield from _faults(inner, (*path, step))
        for other in bare:
            if isinstance(other, ForbiddenExtraKeysError):
                known = fields_of(cls)
                for key in sorted(other.extra_fields):
                    yield Fault((*path, key), _("unknown key{suggestion}", suggestion=did_you_mean(key, known)))
            else:
                yield from _faults(other, path)
    elif isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _faults(member, path)
    elif isinstance(error, Invalid):
        below = tuple(error.key.split(".")) if error.key else ()
        # A validator names its field, and cattrs may have named it already.
        yield Fault(path if below and path[-len(below) :] == below else (*path, *below), error.what)
    elif isinstance(error, ValueError | TypeError) and error.args:
        yield Fault(path, str(error.args[0]))
    else:
        yield Fault(path, _("cannot be read ({type}: {error})", type=type(error).__name__, error=error))


def _called(value: Any) -> str:
    """Describe the type of a value for an error message. The value itself is never shown: it may be a password."""
    if value is None or isinstance(value, types.NoneType):
        return _("nothing")
    for kind, words in (
        (bool, _("true or false")),
        (int, _("a number")),
        (float, _("a number")),
        (str, _("text")),
        (list, _("a list")),
        (dict, _("a table")),
    ):
        if isinstance(value, kind):
            return words if value != "" else _("empty text")
    return _("a date or time")
