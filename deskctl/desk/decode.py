"""Decode requests from the socket. All input is checked."""

from __future__ import annotations

import json
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from deskctl.core import features as _features  # noqa: F401 - loads every command and query
from deskctl.core.kernel import command, query
from deskctl.core.kernel.command import Command
from deskctl.core.kernel.permissions import Audience
from deskctl.core.kernel.query import Query
from deskctl.core.values.numbers import bounded
from deskctl.dataclass import dataclass
from deskctl.errors import UsageError
from deskctl.i18n import _

_INVOCATION = re.compile(r"[0-9A-Za-z]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a client. Exactly one of `command`, `query`, `call` and `request` (of a plugin) is set.

    `call` is the name of a call to the daemon (`deskctl.desk.calls`). `claim` is the agent as whom the client acts; the
    desk checks it against the account of the client. `invocation` is the same in all requests of one shell command:
    `undo` undoes them together. `stream`: the list that answers a query is sent in pages.
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
    stream: bool = False


def known_commands() -> dict[str, type[Command]]:
    """Return the commands that a client may send, by name."""
    return _public(command.REGISTRY)


def known_queries() -> dict[str, type[Query]]:
    """Return the queries that a client may send, by name."""
    return _public(query.REGISTRY)


def _public(registry: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the classes that only the desk itself may use."""
    return {name: cls for name, cls in registry.items() if cls.audience is not Audience.DESK}


def has_files(command: type[Command]) -> bool:
    """Return True if a command carries files, so that its line can be long."""
    return any(field.name == "files" for field in fields(command))


def parse_line(raw: bytes) -> Mapping[str, Any]:
    """Parse a line as a JSON object. Raises UsageError, and NotFound for an integer that is too large."""
    try:
        document = json.loads(raw, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise UsageError(_("the request is not valid JSON")) from error
    if not isinstance(document, dict):
        raise UsageError(_("the request is not a JSON object"))
    return document


def _integer(digits: str) -> int:
    """Parse an integer. Raises NotFound if it is too large, ValueError if it has thousands of digits."""
    return bounded(int(digits))


def request(document: Mapping[str, Any]) -> Request:
    """Return the request in a document. Raises UsageError for any invalid document."""
    unknown = set(document) - {"id", "execute", "ask", "call", "request", "as", "dry_run", "invocation", "stream"}
    if unknown:
        raise UsageError(_("unknown key in the request: {keys}", keys=", ".join(sorted(unknown))))
    number = document.get("id")
    if not isinstance(number, (int, str, types.NoneType)):
        raise UsageError(_('"id" must be a number or a string'))
    claim, dry_run, stream = document.get("as"), document.get("dry_run", False), document.get("stream", False)
    if not isinstance(claim, (str, types.NoneType)) or not isinstance(dry_run, bool):
        raise UsageError(_('"as" must be the handle of an agent, and "dry_run" must be true or false'))
    invocation = document.get("invocation")
    if invocation is not None and not (isinstance(invocation, str) and _INVOCATION.match(invocation)):
        raise UsageError(_('"invocation" must consist of at most 64 letters and digits'))
    if not isinstance(stream, bool) or (stream and "ask" not in document):
        raise UsageError(_('"stream" must be true or false, and only "ask" can have it'))
    asked = [verb for verb in ("execute", "ask", "call", "request") if verb in document]
    if len(asked) != 1:
        raise UsageError(_('a request must have exactly one of "execute", "ask", "call" and "request"'))
    name, params = _named(asked[0], document[asked[0]])
    match asked[0]:
        case "execute":
            command = _build(known_commands(), "command", name, params)
            return Request(number, command=command, claim=claim, dry_run=dry_run, invocation=invocation)
        case "ask":
            return Request(number, query=_build(known_queries(), "query", name, params), claim=claim, stream=stream)
        case "request":  # `plugin_requests` decodes its parameters
            return Request(number, request=name, params=params, claim=claim, dry_run=dry_run, invocation=invocation)
        case _:
            return Request(number, call=name, params=params, claim=claim)


def _named(verb: str, body: Any) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(body, dict) or len(body) != 1:
        raise UsageError(_('"{verb}" must be an object with exactly one key, the name', verb=verb))
    name, params = next(iter(body.items()))
    if not isinstance(params, dict):
        raise UsageError(_("the fields of {name} must be a JSON object", name=name))
    return name, params


def _build(known: Mapping[str, type[Any]], what: str, name: str, params: Mapping[str, Any]) -> Any:
    cls = known.get(name)
    if cls is None:
        hint = _("if deskctl was upgraded, restart the daemon")
        raise UsageError(_("unknown request: {name}", name=f"{what} {name}"), hint)
    return build(cls, name, params)


def build(cls: type[Any], name: str, params: Mapping[str, Any]) -> Any:
    """Return an instance of a dataclass from JSON. `name` is its name in messages.

    Raises UsageError, and NotFound for an integer that is too large.
    """
    declared = {field.name: field for field in fields(cls)}
    unknown = set(params) - set(declared)
    if unknown:
        raise UsageError(_("{name} has no field {fields}", name=name, fields=", ".join(sorted(unknown))))
    needed = (f.name for f in declared.values() if f.default is MISSING and f.default_factory is MISSING)
    missing = [name for name in needed if name not in params]
    if missing:
        raise UsageError(_("{name} needs {fields}", name=name, fields=", ".join(missing)))
    hints = _hints(cls)
    return cls(**{key: _typed(hints[key], value, f"{name}.{key}") for key, value in params.items()})


_HINTS: dict[type[Any], dict[str, Any]] = {}


def _hints(cls: type[Any]) -> dict[str, Any]:
    if cls not in _HINTS:
        _HINTS[cls] = typing.get_type_hints(cls)
    return _HINTS[cls]


def _typed(hint: Any, value: Any, path: str) -> Any:
    """Return `value` as the type of `hint`; JSON lists become tuples. `path` names it in errors.

    Raises UsageError, and NotFound for an integer that is too large.
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None and types.NoneType in arguments:
            return None
        wanted = [a for a in arguments if a is not types.NoneType]
        fitting = (a for a in wanted if isinstance(value, str) is (a is str))
        return _typed(next(fitting, wanted[0]), value, path)
    if origin is tuple and isinstance(value, list):
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_typed(arguments[0], item, path) for item in value)
        if len(arguments) == len(value):
            return tuple(_typed(wanted, item, path) for wanted, item in zip(arguments, value, strict=True))
    elif origin is dict and isinstance(value, dict):
        return value
    elif hint is float and type(value) in (int, float):
        return float(value)
    elif type(value) is hint:  # the exact type, because bool is a subclass of int
        return bounded(value) if hint is int else value
    raise UsageError(
        _("{field} must be {expected}, not {given}", field=path, expected=_name(hint), given=_name(type(value)))
    )


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
