"""How a desk is spoken to over its socket: one JSON document a line, in both directions.

    daemon → client   {"deskctl": version, "protocol": 1, "desk": …, "timezone": …, "language": …,
                       "agent": …, "agents": […]}
    client → daemon   {"id": 1, "execute": {"Take": {"ticket": 42}}, "as": "agent1", "dry_run": false}
                      {"id": 2, "ask": {"ListTickets": {"limit": 50, …}}, "as": "agent1"}
                      {"id": 3, "call": {"ingest": {"raw_base64": "…"}}, "as": null}
                      {"id": 4, "request": {"kb.search": {"text": "…"}}, "as": null, "dry_run": false}
    daemon → client   {"id": 1, "ok": …}
                      {"id": 1, "error": {"kind": "NotFound", "what": …, "hint": …, "problems": […]}}

A short command imports this module, so it imports almost nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from deskctl.errors import KINDS, ConfigError, DeskctlError

#: Changes whenever an old client would misunderstand a new daemon, or the other way round.
PROTOCOL = 1
#: Bytes of one line, both ways: a 40 MB mail in base64 fits.
LINE_LIMIT = 64 * 1024 * 1024

SOCKET_NAME = "desk.sock"
LOCK_NAME = "desk.lock"


def line(document: Mapping[str, Any]) -> bytes:
    """A document as it goes over the wire. ASCII, so that lone surrogates of a broken argument survive."""
    return json.dumps(document, separators=(",", ":")).encode("ascii") + b"\n"


def spoken(thing: Any) -> dict[str, dict[str, Any]]:
    """A command or query by its class name, with its fields."""
    return {type(thing).__name__: {field.name: getattr(thing, field.name) for field in fields(thing)}}


def plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """What `params` are after a trip over the wire. Raises TypeError for what cannot make it."""
    return dict(json.loads(json.dumps(params)))


def error_document(error: DeskctlError) -> dict[str, Any]:
    """An error by the nearest kind that the other side knows."""
    kind = next(cls.__name__ for cls in type(error).__mro__ if KINDS.get(cls.__name__) is cls)
    document: dict[str, Any] = {"kind": kind, "what": error.what, "hint": error.hint}
    if isinstance(error, ConfigError):
        document["problems"] = list(error.problems)
    return document


def error_from(document: Mapping[str, Any]) -> DeskctlError:
    """The error that the other side raised; an unknown kind is a plain DeskctlError."""
    kind = KINDS.get(str(document.get("kind")), DeskctlError)
    what, hint = str(document.get("what", "")), str(document.get("hint", ""))
    if issubclass(kind, ConfigError):
        return kind(what, hint, tuple(str(problem) for problem in document.get("problems", ())))
    return kind(what, hint)
