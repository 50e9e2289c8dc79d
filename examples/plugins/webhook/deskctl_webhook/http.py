"""As much of HTTP/1.1 (RFC 9112) as taking in a POST needs: one request a connection, of bounded size and time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

#: Bytes of the request line with all headers.
HEAD_LIMIT: Final = 16_384


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` by their names in small letters."""

    headers: Mapping[str, str]
    body: bytes


class Answer(Exception):
    """What is answered instead of 202; `what` is for whoever wrote the client."""

    def __init__(self, status: HTTPStatus, what: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(what)
        self.status = status
        self.what = what
        self.headers = headers or {}


async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, max_size: int) -> Request:
    """One POST to `path`. Raises Answer, and IncompleteReadError when the other side leaves.

    The body is not read before it is known to be wanted.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise Answer(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"more than {HEAD_LIMIT} bytes of headers") from None
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, target = _request_line(first)
    if target.partition("?")[0] != path:
        raise Answer(HTTPStatus.NOT_FOUND, f"messages are posted to {path}")
    if method != "POST":
        raise Answer(HTTPStatus.METHOD_NOT_ALLOWED, "messages are posted", {"Allow": "POST"})
    headers = _headers(lines)
    size = _size(headers)
    if size > max_size:
        raise Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{size} bytes are more than {max_size}")
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
        raise Answer(HTTPStatus.BAD_REQUEST, "this is not HTTP/1.1")
    return words[0], words[1]


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or not name or name != name.strip():
            raise Answer(HTTPStatus.BAD_REQUEST, "a header cannot be read")
        if name in headers and name in ("content-length", "transfer-encoding"):
            raise Answer(HTTPStatus.BAD_REQUEST, f"{name} is there twice")
        headers[name] = value.strip()
    return headers


def _size(headers: Mapping[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise Answer(HTTPStatus.LENGTH_REQUIRED, "send the body whole, with Content-Length, not in chunks")
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdecimal() and len(length) <= 15):
        raise Answer(HTTPStatus.LENGTH_REQUIRED, "Content-Length is missing")
    return int(length)
