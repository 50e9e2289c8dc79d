"""The part of HTTP/1.1 (RFC 9112) that a POST needs: one request per connection, with limits on size and time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

#: The largest request line with all headers, in bytes.
HEAD_LIMIT: Final = 16_384


@dataclass(frozen=True, slots=True)
class Request:
    """A request. The names of `headers` are in lower case."""

    headers: Mapping[str, str]
    body: bytes


class HttpError(Exception):
    """An error response. `what` explains the fault to the author of the client."""

    def __init__(self, status: HTTPStatus, what: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(what)
        self.status = status
        self.what = what
        self.headers = headers or {}


async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, max_size: int) -> Request:
    """Read one POST to `path`. Raises HttpError, or IncompleteReadError if the client disconnects.

    The body is read only after the headers are accepted.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise HttpError(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"more than {HEAD_LIMIT} bytes of headers"
        ) from None
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, target = _request_line(first)
    if target.partition("?")[0] != path:
        raise HttpError(HTTPStatus.NOT_FOUND, f"no such path; post messages to {path}")
    if method != "POST":
        raise HttpError(HTTPStatus.METHOD_NOT_ALLOWED, "use POST", {"Allow": "POST"})
    headers = _headers(lines)
    size = _size(headers)
    if size > max_size:
        raise HttpError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{size} bytes exceed the limit of {max_size}")
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return Request(headers, await reader.readexactly(size))


def response(status: HTTPStatus, fields: Mapping[str, object], headers: Mapping[str, str]) -> bytes:
    body = json.dumps(fields).encode() + b"\n"
    lines = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close", **headers}
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
    return head.encode("latin-1") + b"\r\n" + body


def _request_line(line: str) -> tuple[str, str]:
    words = line.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise HttpError(HTTPStatus.BAD_REQUEST, "not an HTTP/1.1 request")
    return words[0], words[1]


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or not name or name != name.strip():
            raise HttpError(HTTPStatus.BAD_REQUEST, "malformed header")
        if name in headers and name in ("content-length", "transfer-encoding"):
            raise HttpError(HTTPStatus.BAD_REQUEST, f"duplicate header: {name}")
        headers[name] = value.strip()
    return headers


def _size(headers: Mapping[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise HttpError(HTTPStatus.LENGTH_REQUIRED, "chunked bodies are not supported; send Content-Length")
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdecimal() and len(length) <= 15):
        raise HttpError(HTTPStatus.LENGTH_REQUIRED, "missing header: Content-Length")
    return int(length)
