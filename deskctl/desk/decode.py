"""What came over the socket, as commands and queries. Nothing is taken on trust."""

from __future__ import annotations

import importlib
import json
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from deskctl.core import commands, queries
from deskctl.core.commands import Command
from deskctl.core.numbers import bounded
from deskctl.core.queries import Query
from deskctl.errors import UsageError

#: The modules whose commands and queries may be spoken over the socket. What only the desk itself asks for
#: (`core.commands.machine`) is not among them.
PUBLIC_COMMANDS = ("tickets", "seen", "mail", "admin", "contacts", "levels", "routing", "shifts")
PUBLIC_QUERIES = ("tickets", "lookups", "admin", "contacts", "levels", "routing", "shifts")
_INVOCATION = re.compile(r"[0-9A-Za-z]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Request:
    """One line of a client. Exactly one of `command`, `query`, `call` and `request` (a plugin's) is there.

    `invocation` is the same in all requests of one shell command: `undo` takes them back together.
    """

    id: int | str | None
    command: Command | None = None
    query: Query | None = None
    call: str | None = None
    request: str | None = None
    params: Mapping[str, Any] | None = None
    claim: str | None = None
    dry_run: bool = False
    invocation: str | None = None


def known_commands() -> dict[str, type[Command]]:
    """Commands by name that a client may speak."""
    return _spoken(commands, PUBLIC_COMMANDS, commands.REGISTRY)


def known_queries() -> dict[str, type[Query]]:
    return _spoken(queries, PUBLIC_QUERIES, queries.REGISTRY)


def _spoken(package: types.ModuleType, modules: tuple[str, ...], registry: dict[str, Any]) -> dict[str, Any]:
    names = {importlib.import_module(f"{package.__name__}.{module}").__name__ for module in modules}
    return {name: cls for name, cls in registry.items() if cls.__module__ in names}


def parse_line(raw: bytes) -> Mapping[str, Any]:
    """A line as a JSON object. Raises UsageError."""
    try:
        document = json.loads(raw, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise UsageError("that is no line of JSON") from error
    if not isinstance(document, dict):
        raise UsageError("a request is a JSON object")
    return document


def _integer(digits: str) -> int:
    """Raises NotFound; Python itself refuses more than some thousand digits with a ValueError."""
    return bounded(int(digits))


def request(document: Mapping[str, Any]) -> Request:
    """The request that a document holds. Raises UsageError, whatever the document."""
    unknown = set(document) - {"id", "execute", "ask", "call", "request", "as", "dry_run", "invocation"}
    if unknown:
        raise UsageError(f"a request has no {', '.join(sorted(unknown))}")
    number = document.get("id")
    if not isinstance(number, (int, str, types.NoneType)):
        raise UsageError("id: a number or a string")
    claim, dry_run = document.get("as"), document.get("dry_run", False)
    if not isinstance(claim, (str, types.NoneType)) or not isinstance(dry_run, bool):
        raise UsageError("as: an agent's handle; dry_run: true or false")
    invocation = document.get("invocation")
    if invocation is not None and not (isinstance(invocation, str) and _INVOCATION.match(invocation)):
        raise UsageError("invocation: at most 64 letters and digits")
    asked = [verb for verb in ("execute", "ask", "call", "request") if verb in document]
    if len(asked) != 1:
        raise UsageError("a request has one of execute, ask, call and request")
    name, params = _named(asked[0], document[asked[0]])
    match asked[0]:
        case "execute":
            command = _build(known_commands(), "command", name, params)
            return Request(number, command=command, claim=claim, dry_run=dry_run, invocation=invocation)
        case "ask":
            return Request(number, query=_build(known_queries(), "query", name, params), claim=claim)
        case "request":  # its parameters are decoded by whoever knows its plugin
            return Request(number, request=name, params=params, claim=claim, dry_run=dry_run, invocation=invocation)
        case _:
            return Request(number, call=name, params=params, claim=claim)


def _named(verb: str, body: Any) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(body, dict) or len(body) != 1:
        raise UsageError(f"{verb}: one name with its fields")
    name, params = next(iter(body.items()))
    if not isinstance(params, dict):
        raise UsageError(f"{name}: its fields as a JSON object")
    return name, params


def _build(known: Mapping[str, type[Any]], what: str, name: str, params: Mapping[str, Any]) -> Any:
    cls = known.get(name)
    if cls is None:
        raise UsageError(f"there is no {what} {name}", "is the daemon older than this command? restart it")
    return build(cls, name, params)


def build(cls: type[Any], name: str, params: Mapping[str, Any]) -> Any:
    """An instance of a data class from JSON; `name` is what is called so. Raises UsageError."""
    own = {field.name: field for field in fields(cls)}
    unknown = set(params) - set(own)
    if unknown:
        raise UsageError(f"{name} has no {', '.join(sorted(unknown))}")
    needed = (f.name for f in own.values() if f.default is MISSING and f.default_factory is MISSING)
    missing = [name for name in needed if name not in params]
    if missing:
        raise UsageError(f"{name} needs {', '.join(missing)}")
    hints = _hints(cls)
    return cls(**{key: _typed(hints[key], value, f"{name}.{key}") for key, value in params.items()})


_HINTS: dict[type[Any], dict[str, Any]] = {}


def _hints(cls: type[Any]) -> dict[str, Any]:
    if cls not in _HINTS:
        _HINTS[cls] = typing.get_type_hints(cls)
    return _HINTS[cls]


def _typed(hint: Any, value: Any, where: str) -> Any:
    """`value` as the type that `hint` names; JSON's lists become tuples. Raises UsageError."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None and types.NoneType in arguments:
            return None
        wanted = [a for a in arguments if a is not types.NoneType]
        fitting = (a for a in wanted if isinstance(value, str) is (a is str))
        return _typed(next(fitting, wanted[0]), value, where)
    if origin is tuple and isinstance(value, list):
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_typed(arguments[0], item, where) for item in value)
        if len(arguments) == len(value):
            return tuple(_typed(wanted, item, where) for wanted, item in zip(arguments, value, strict=True))
    elif hint is float and type(value) in (int, float):
        return float(value)
    elif type(value) is hint:  # exactly: true is no number
        return bounded(value) if hint is int else value
    raise UsageError(f"{where}: {_name(hint)} expected, not {_name(type(value))}")


def _name(hint: Any) -> str:
    return _NAMES.get(typing.get_origin(hint) or hint, str(hint))


_NAMES = {
    str: "text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    types.NoneType: "null",
    list: "a list",
    tuple: "a list",
    dict: "an object",
}
