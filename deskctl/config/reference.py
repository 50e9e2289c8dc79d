"""The reference of the configuration, made from the schema and from `config.example.toml`.

The schema knows names, types and defaults; the example explains. Neither may know a key that the other does not.
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

from .convert import fields_of, is_config_class
from .durations import written
from .positions import Positions
from .problems import KeyPath, dotted
from .reading import Kind
from .schema import ChannelCommon, CoreTables
from .secrets import SOURCES, Secret

_SWITCHED_OFF = re.compile(r"^#(?=[^#\s])", re.MULTILINE)
#: Keys whose tables hold a text by language.
_BY_LANGUAGE = ("texts", "greeting")
_REMARK = re.compile(r"""^(?:[^"'#]|"[^"]*"|'[^']*')*\s#\s(?P<words>.*)$""")


class Key(NamedTuple):
    """A key of the schema. `kind`: the kind of channel it belongs to, "" for the core's own.

    `path` has NAME where a channel's name stands. `default` is None when there is none to show.
    """

    kind: str
    path: tuple[str, ...]
    value: str
    default: str | None
    required: bool


def keys(kinds: Mapping[str, Kind]) -> list[Key]:
    """Every key of the core and of these kinds of channel, in the order of the schema."""
    channel = ("channels", "NAME")
    found = [key for key in _below("", (), CoreTables) if len(key.path) > 1]
    found += _below("", channel, ChannelCommon)
    for name, kind in sorted(kinds.items()):
        found += _below(name, channel, kind.config)
    return found


def keys_of(cls: type) -> list[Key]:
    """Every key of a config class, as in `[plugins.NAME]`."""
    return list(_below("", (), cls))


def uncommented(example: str) -> str:
    """The example with everything switched on."""
    return _SWITCHED_OFF.sub("", example)


def disagreements(example: str, kinds: Mapping[str, Kind]) -> list[str]:
    """Keys that only the schema or only the example knows, as lines for a person."""
    wanted = {(key.kind, key.path) for key in keys(kinds)}
    shown = set(_explained(example))
    return [
        *(f"{_name(*key)} is not in the example" for key in sorted(wanted - shown)),
        *(f"{_name(*key)} is in the example and not in the schema" for key in sorted(shown - wanted)),
    ]


def reference(example: str, kinds: Mapping[str, Kind]) -> str:
    """`docs/reference/config.md`."""
    meanings = _explained(example)
    lines = [
        "# Configuration keys",
        "",
        "Generated from the schema and `config.example.toml` by `make docs`. Do not edit.",
        "",
        "[Configuration](configuration.md) explains where deskctl looks for the file, how it checks it, and how to",
        "keep secrets.",
    ]
    heading = None
    for key in keys(kinds):
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


def _below(kind: str, path: tuple[str, ...], cls: type) -> Iterator[Key]:
    """Keys of a table, then those of the tables in it, as TOML wants them."""
    defaults = _defaults(cls)
    fields = {name: _bare(annotation) for name, annotation in fields_of(cls).items()}
    for name, inner in fields.items():
        if not is_config_class(inner):
            required, default = defaults[name]
            yield Key(kind, (*path, name), _words(inner), default, required)
    for name, inner in fields.items():
        if is_config_class(inner):
            yield from _below(kind, (*path, name), inner)


def _defaults(cls: type) -> dict[str, tuple[bool, str | None]]:
    """By key: whether it must be given, and how its default is written in TOML."""
    pairs: list[tuple[str, Any, Any]]
    if attrs.has(cls):
        pairs = [(a.name, a.default, attrs.NOTHING) for a in attrs.fields(cls)]
    else:
        pairs = [
            (f.name, f.default if f.default_factory is dataclasses.MISSING else None, dataclasses.MISSING)
            for f in dataclasses.fields(cls)
        ]
    return {name: (default is nothing, _toml(default)) for name, default, nothing in pairs}


def _toml(default: Any) -> str | None:
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, timedelta):
        return f'"{written(default)}"'
    if isinstance(default, str):
        return f'"{default}"'
    if isinstance(default, int | float):
        return str(default)
    return "[]" if default == () else None


def _bare(annotation: Any) -> Any:
    """The type without `| None`; of a table that `true` can stand for, the table."""
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        arguments = [arg for arg in typing.get_args(annotation) if arg is not types.NoneType]
        tables = [arg for arg in arguments if is_config_class(arg)]
        if len(arguments) > 1 and not tables:
            return annotation
        return (tables or arguments)[0]
    return annotation


def _words(annotation: Any) -> str:
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
        return f"table of {_words(arguments[1])}"
    if typing.get_origin(annotation) is typing.Literal:
        return ", ".join(f"`{choice}`" for choice in arguments)
    return f"list of {_words(arguments[0])}" if arguments else "value"


def _explained(example: str) -> dict[tuple[str, tuple[str, ...]], str]:
    """By kind and path, as in `keys`: what the example says of it."""
    import tomli

    text = uncommented(example)
    data = tomli.loads(text)
    positions, lines = Positions(text), text.splitlines()
    found: dict[tuple[str, tuple[str, ...]], str] = {}
    for path in _leaves(data, ()):
        name, kind = tuple(map(str, path)), ""
        if path[0] == "channels" and len(path) > 2:
            name = ("channels", "NAME", *name[2:])
            own = name[2] not in fields_of(ChannelCommon)
            kind = str(data["channels"][path[1]].get("type", "")) if own else ""
        words = _said(lines, positions.line(path))
        found[kind, name] = found.get((kind, name)) or words
    return found


def _leaves(table: Mapping[str, Any], path: KeyPath) -> Iterator[KeyPath]:
    """Paths of everything that is no table of keys; a secret is a leaf, and so are texts by language."""
    for key, value in table.items():
        secret = isinstance(value, dict) and len(value) == 1 and next(iter(value)) in SOURCES
        if isinstance(value, dict) and not secret and key not in _BY_LANGUAGE:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key)


def _said(lines: list[str], number: int) -> str:
    """The remark beside a key, or the lines of remarks right above it."""
    if match := _REMARK.search(lines[number - 1]):
        return match["words"].strip()
    above: list[str] = []
    for line in reversed(lines[: number - 1]):
        if not line.startswith("# "):
            break
        above.insert(0, line[2:].strip())
    return " ".join(above)


def _name(kind: str, path: tuple[str, ...]) -> str:
    return f"{kind + ': ' if kind else ''}{dotted(path)}"
