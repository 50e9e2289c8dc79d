"""Generate the configuration reference from the schema and `config.example.toml`.

The schema contains names, types and defaults. The example contains the explanations. Both must have the same keys.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import attrs

from .channel_types import ChannelTypeSpec
from .convert import fields_of, is_config_class
from .durations import format_duration
from .positions import Positions
from .problems import KeyPath, dotted
from .schema import ChannelCommon, CoreTables, FieldTable
from .secrets import SOURCES, Secret

_COMMENTED_OUT = re.compile(r"^#(?=[^#\s])", re.MULTILINE)
#: Keys whose tables contain one text per language.
_BY_LANGUAGE = ("texts", "greeting", "label", "choice_labels")
_INLINE_COMMENT = re.compile(r"""^(?:[^"'#]|"[^"]*"|'[^']*')*\s#\s(?P<words>.*)$""")


class Key(NamedTuple):
    """A key of the schema. `kind` is the channel type that it belongs to, "" for keys of the core.

    `path` contains NAME in place of the name of a channel or a field. `default` is None if there is no default to show.
    """

    kind: str
    path: tuple[str, ...]
    value: str
    default: str | None
    required: bool


def keys(channel_types: Mapping[str, ChannelTypeSpec]) -> list[Key]:
    """Return every key of the core and of these channel types, in the order of the schema."""
    channel = ("channels", "NAME")
    found = [key for key in _keys_below("", (), CoreTables) if len(key.path) > 1]
    found += _keys_below("", ("fields", "NAME"), FieldTable)
    found += _keys_below("", channel, ChannelCommon)
    for name, kind in sorted(channel_types.items()):
        found += _keys_below(name, channel, kind.config)
    return found


def keys_of(cls: type) -> list[Key]:
    """Return every key of a config class, for example of `[plugins.NAME]`."""
    return list(_keys_below("", (), cls))


def uncommented(example: str) -> str:
    """Return the example with all keys active."""
    return _COMMENTED_OUT.sub("", example)


def disagreements(example: str, channel_types: Mapping[str, ChannelTypeSpec]) -> list[str]:
    """Return a message for each key that is in the schema or in the example, but not in both."""
    wanted = {(key.kind, key.path) for key in keys(channel_types)}
    shown = set(_explanations(example))
    return [
        *(f"{_name(*key)} is not in the example" for key in sorted(wanted - shown)),
        *(f"{_name(*key)} is in the example and not in the schema" for key in sorted(shown - wanted)),
    ]


def reference(example: str, channel_types: Mapping[str, ChannelTypeSpec]) -> str:
    """Return the text of `docs/reference/configuration-keys.md`."""
    meanings = _explanations(example)
    lines = [
        "# Configuration keys",
        "",
        "Generated from the schema and `config.example.toml` by `make docs`. Do not edit.",
        "",
        "[Configuration](configuration.md) explains where deskctl looks for the file, how it checks it, and how to",
        "keep secrets.",
    ]
    heading = None
    for key in keys(channel_types):
        table = (key.kind, key.path[:-1])
        if table != heading:
            heading = table
            suffix = f" of type `{key.kind}`" if key.kind else ""
            lines += ["", f"## `[{'.'.join(key.path[:-1])}]`{suffix}", ""]
            lines += ["| key | value | default | meaning |", "|---|---|---|---|"]
        default = "required" if key.required else f"`{key.default}`" if key.default else ""
        meaning = meanings.get((key.kind, key.path), "").replace("|", "\\|")
        lines.append(f"| `{key.path[-1]}` | {key.value} | {default} | {meaning} |")
    lines += ["", "## Values", ""]
    lines += ["- A *duration* is a number and a unit in quotes: `30s`, `5m`, `2h`, `4d`, or several, as in `1h30m`."]
    lines += ["- A relative *file* starts at the folder of the configuration."]
    lines += ["- A *secret* names its source. deskctl reads it each time it is used:", ""]
    lines += _secrets(example)
    return "\n".join(lines) + "\n"


def _secrets(example: str) -> list[str]:
    """Return the last comment of the example, which shows each source of a secret, with the keys in a code block."""
    closing = example.rpartition("# Secrets.")[2].strip("# \n").splitlines()[2:]
    lines = [line.removeprefix("#").strip() for line in closing]
    sources = [line for line in lines if " = " in line]
    return ["```text", *sources, "```", *(line for line in lines if line not in sources)]


def _keys_below(kind: str, path: tuple[str, ...], cls: type) -> Iterator[Key]:
    """Yield the keys of a table, then the keys of the tables inside it, as TOML requires."""
    defaults = _defaults(cls)
    fields = {name: _plain_type(annotation) for name, annotation in fields_of(cls).items()}
    for name, inner in fields.items():
        if not is_config_class(inner):
            required, default = defaults[name]
            yield Key(kind, (*path, name), _value_type(inner), default, required)
    for name, inner in fields.items():
        if is_config_class(inner):
            yield from _keys_below(kind, (*path, name), inner)


def _defaults(cls: type) -> dict[str, tuple[bool, str | None]]:
    """Return for each key: True if it is required, and its default in TOML syntax."""
    pairs: list[tuple[str, Any, Any]]
    if attrs.has(cls):
        pairs = [(a.name, a.default, attrs.NOTHING) for a in attrs.fields(cls)]
    else:
        pairs = [
            (f.name, f.default if f.default_factory is dataclasses.MISSING else None, dataclasses.MISSING)
            for f in dataclasses.fields(cls)
        ]
    return {name: (default is nothing, _toml_default(default)) for name, default, nothing in pairs}


def _toml_default(default: Any) -> str | None:
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, timedelta):
        return f'"{format_duration(default)}"'
    if isinstance(default, str):
        return f'"{default}"'
    if isinstance(default, int | float):
        return str(default)
    return "[]" if default == () else None


def _plain_type(annotation: Any) -> Any:
    """Return the type without `| None`. For a table that can also be `true` or `false`, return the table."""
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        arguments = [arg for arg in typing.get_args(annotation) if arg is not types.NoneType]
        tables = [arg for arg in arguments if is_config_class(arg)]
        if len(arguments) > 1 and not tables:
            return annotation
        return (tables or arguments)[0]
    return annotation


def _value_type(annotation: Any) -> str:
    named = {
        str: "text",
        int: "whole number",
        bool: "true, false",
        timedelta: "duration",
        Path: "file",
        bool | str: "text, or true",
        str | Mapping[str, str]: "text, or table of text",
        Secret: "secret",
    }
    if annotation in named:
        return named[annotation]
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) in (dict, Mapping):
        return f"table of {_value_type(arguments[1])}"
    if typing.get_origin(annotation) is typing.Literal:
        return ", ".join(f"`{choice}`" for choice in arguments)
    return f"list of {_value_type(arguments[0])}" if arguments else "value"


def _explanations(example: str) -> dict[tuple[str, tuple[str, ...]], str]:
    """Return the explanation of each key in the example, by channel type and path as in `keys`."""
    import tomli

    text = uncommented(example)
    data = tomli.loads(text)
    positions, lines = Positions(text), text.splitlines()
    found: dict[tuple[str, tuple[str, ...]], str] = {}
    for path in _leaves(data, ()):
        name, kind = tuple(map(str, path)), ""
        if path[0] == "channels" and len(path) > 2:
            name = ("channels", "NAME", *name[2:])
            type_specific = name[2] not in fields_of(ChannelCommon)
            kind = str(data["channels"][path[1]].get("type", "")) if type_specific else ""
        if path[0] == "fields" and len(path) > 2:
            name = ("fields", "NAME", *name[2:])
        words = _comment(lines, positions.line(path))
        found[kind, name] = found.get((kind, name)) or words
    return found


def _leaves(table: Mapping[str, Any], path: KeyPath) -> Iterator[KeyPath]:
    """Yield the paths of all values that are not tables of keys. Secrets and texts by language count as values."""
    for key, value in table.items():
        secret = isinstance(value, dict) and len(value) == 1 and next(iter(value)) in SOURCES
        if isinstance(value, dict) and not secret and key not in _BY_LANGUAGE:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key)


def _comment(lines: list[str], number: int) -> str:
    """Return the comment on the line of a key, or the comment lines directly above it."""
    if match := _INLINE_COMMENT.search(lines[number - 1]):
        return match["words"].strip()
    above: list[str] = []
    for line in reversed(lines[: number - 1]):
        if not line.startswith("# "):
            break
        above.insert(0, line[2:].strip())
    return " ".join(above)


def _name(kind: str, path: tuple[str, ...]) -> str:
    return f"{kind + ': ' if kind else ''}{dotted(path)}"
