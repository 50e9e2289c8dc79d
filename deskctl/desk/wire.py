"""The protocol of the daemon's socket: one JSON document per line, in both directions.

    daemon → client   {"deskctl": version, "protocol": 1, "desk": …, "timezone": …, "language": …,
                       "agent": …, "agents": […]}
    client → daemon   {"id": 1, "execute": {"Take": {"ticket": 42}}, "as": "agent1", "dry_run": false}
                      {"id": 2, "ask": {"ListTickets": {"limit": 50, …}}, "as": "agent1"}
                      {"id": 3, "call": {"ingest": {"raw_base64": "…"}}, "as": null}
                      {"id": 4, "request": {"kb.search": {"text": "…"}}, "as": null, "dry_run": false}
    daemon → client   {"id": 1, "ok": …, "texts": {"/said": MESSAGE}}
                      {"id": 1, "error": {"kind": "NotFound", "what": …, "hint": …, "problems": […],
                       "texts": {"/what": MESSAGE, "/hint": MESSAGE}}}

A query with `"stream": true` is answered by several lines with some rows each, and an empty answer at the end:

    client → daemon   {"id": 5, "ask": {"ListTickets": {…}}, "as": null, "stream": true}
    daemon → client   {"id": 5, "part": [ROW, …]}
                      {"id": 5, "ok": []}

The daemon closes a connection after an error without an id: too many connections, a line that is too long or not
complete in time, or no request for some time.

The sentences in an answer are English. `texts` gives those that have translations once more, by the JSON Pointer of
their place, as `{"id": "no ticket {number}", "params": {"number": 42}}` (see `deskctl.i18n.document`): the client
prints them in its user's language. It is left out where there are none.

Every short command imports this module, so it imports almost nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from deskctl import i18n
from deskctl.errors import KINDS, ConfigError, DeskctlError

#: Incremented when an old client would misunderstand a new daemon, or a new client an old daemon.
PROTOCOL = 1
#: The limit of a line in bytes, in both directions; a 40 MB mail in base64 fits.
LINE_LIMIT = 64 * 1024 * 1024
#: The limit of a line of a request without files or mails, in bytes.
LONG_LINE = 4 * 1024 * 1024

SOCKET_NAME = "desk.sock"
LOCK_NAME = "desk.lock"


def line(document: Mapping[str, Any]) -> bytes:
    """Return a document as a line. It is ASCII, so that lone surrogates of an invalid argument survive."""
    return json.dumps(document, separators=(",", ":")).encode("ascii") + b"\n"


def request_document(thing: Any) -> dict[str, dict[str, Any]]:
    """Return the document of a command or query: its class name and its fields."""
    return {type(thing).__name__: {field.name: getattr(thing, field.name) for field in fields(thing)}}


def plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as the other side reads them. Raises TypeError for values that JSON does not have."""
    return dict(json.loads(json.dumps(params)))


def answer(number: int | str | None, document: Any) -> dict[str, Any]:
    """Return the answer to a request, with the ids and parameters of the messages in it.

    Lists of rows contain none, and may be too long to search.
    """
    texts = {} if isinstance(document, list) else i18n.texts_in(document)
    return {"id": number, "ok": document, **({"texts": texts} if texts else {})}


def part(number: int | str | None, rows: list[Any]) -> dict[str, Any]:
    """Return a line of a streamed answer."""
    return {"id": number, "part": rows}


def answer_from(answer: Mapping[str, Any]) -> Any:
    """Return the document in an answer, with its messages translatable again."""
    return i18n.restored(answer["ok"], _texts(answer))


def _texts(document: Mapping[str, Any]) -> Mapping[str, Any]:
    texts = document.get("texts")
    return texts if isinstance(texts, Mapping) else {}


def error_document(error: DeskctlError) -> dict[str, Any]:
    """Return the document of an error, with the nearest kind that the other side knows."""
    kind = next(cls.__name__ for cls in type(error).__mro__ if KINDS.get(cls.__name__) is cls)
    document: dict[str, Any] = {"kind": kind, "what": error.what, "hint": error.hint}
    if isinstance(error, ConfigError):
        document["problems"] = list(error.problems)
    texts = i18n.texts_in(document)
    return {**document, "texts": texts} if texts else document


def error_from(document: Mapping[str, Any]) -> DeskctlError:
    """Return the error that the other side raised; an unknown kind is a plain DeskctlError."""
    kind = KINDS.get(str(document.get("kind")), DeskctlError)
    found: dict[str, Any] = {
        "what": str(document.get("what", "")),
        "hint": str(document.get("hint", "")),
        "problems": [str(problem) for problem in document.get("problems", ())],
    }
    found = i18n.restored(found, _texts(document))
    if issubclass(kind, ConfigError):
        return kind(found["what"], found["hint"], tuple(found["problems"]))
    return kind(found["what"], found["hint"])
