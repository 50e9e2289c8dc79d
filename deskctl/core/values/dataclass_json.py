"""Convert data classes to JSON and back, for the previous state that undo keeps."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Return a value as JSON: data classes as objects, times and dates in ISO 8601, durations in seconds."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value


def unplain(hint: Any, value: Any) -> Any:
    """Return the value of type `hint` that `plain` wrote."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if value is None or hint is Any:
        return value
    if origin in (types.UnionType, typing.Union):
        return unplain(next(a for a in arguments if a is not types.NoneType), value)
    if origin is tuple:
        return tuple(unplain(arguments[0], item) for item in value)
    if origin is frozenset:
        return frozenset(unplain(arguments[0], item) for item in value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: unplain(arguments[1], item) for key, item in value.items()}
    if is_dataclass(hint):
        return read(typing.cast("type[Any]", hint), value)
    if isinstance(hint, type):
        if issubclass(hint, tuple):  # a named one
            return hint(*value)
        if issubclass(hint, datetime | date):
            return hint.fromisoformat(value)
        if hint is timedelta:
            return timedelta(seconds=value)
        if issubclass(hint, Enum):
            return hint(value)
    return value


def read(cls: type[T], document: Mapping[str, Any]) -> T:
    """Return the data class that `plain` wrote. Fields that a later version added have their defaults."""
    return cls(**_typed(cls, document))


def with_fields(now: T, document: Mapping[str, Any]) -> T:
    """Return `now` with the fields that the document has."""
    changed: Any = replace
    return changed(now, **_typed(type(now), document))  # type: ignore[no-any-return]


def differing(before: Any, after: Any, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the `old` and `new` values of these fields, for `kept`."""
    chosen = tuple(names)
    return {
        "old": {name: plain(getattr(before, name)) for name in chosen},
        "new": {name: plain(getattr(after, name)) for name in chosen},
    }


def conflicts(now: Any, left: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields of `now` that changed again after a change."""
    return tuple(name for name, value in left.items() if plain(getattr(now, name, None)) != value)


def _typed(cls: type[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    hints = _hints(cls)
    return {name: unplain(hints[name], value) for name, value in document.items() if name in hints}


_HINTS: dict[type[Any], dict[str, Any]] = {}


def _hints(cls: type[Any]) -> dict[str, Any]:
    if cls not in _HINTS:
        _HINTS[cls] = typing.get_type_hints(cls)
    return _HINTS[cls]
