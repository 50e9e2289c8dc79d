"""A parser for the tree of parts in a raw mail.

The standard library's parser recurses for each level (10,000 nested parts raise RecursionError), compares each line
with the boundaries of all outer levels, and rebuilds embedded messages instead of keeping their bytes. This parser cuts
byte ranges: an attached message keeps its exact bytes, and the time is bounded by size × `MAX_DEPTH`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from . import headers, transfer_encoding
from .messages import _
from .structured import strip_comments

MAX_DEPTH = 24
"""Levels of multiparts that are opened; a deeper multipart becomes one attachment."""
MAX_PARTS = 1_000
"""Leaf parts of a mail; the rest becomes one attachment."""
MAX_FIELDS = 10_000
"""Header fields of a part; further fields are ignored."""
MAX_VALUE = 1_048_576
"""Bytes of one header value."""

_NAME = re.compile(rb"[!-9;-~]+[ \t]*\Z")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*([^\r\n]*(?:(?:\r\n|\n|\r)[ \t][^\r\n]*)*)(?:\r\n|\n|\r|\Z)")
_FOLD = re.compile(rb"[\r\n]+[ \t]*")
_UNFOLD = re.compile(rb"\n[ \t]+")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_KNOWN = re.compile(
    rb"(?im)^(?:content-[a-z]+|mime-version|from|to|cc|subject|date|message-id|received|return-path|reply-to|x-[\w-]+):"
)
_TYPE = re.compile(rb"\s*([!#-'*+.0-9A-Z^-~-]+)\s*/\s*([!#-'*+.0-9A-Z^-~-]+)", re.IGNORECASE)
_BOUNDARY = re.compile(rb"(?i)(?:^|;)\s*boundary\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^\s;]+))")


@dataclass(slots=True)
class Part:
    """A part: its headers (raw unfolded values; `first` has the first of each name) and the raw bytes of its body."""

    headers: list[tuple[str, bytes]]
    body: bytes
    content_type: str
    containers: tuple[tuple[str, int], ...] = ()  # (content type, number) of the multiparts around it, outermost first
    first: dict[str, bytes] = field(default_factory=dict)

    def get(self, name: str) -> bytes:
        """Return the raw value of the first header with the given lower-case name; `b""` if there is none."""
        return self.first.get(name, b"")

    def content(self) -> bytes:
        """Return the decoded body; of a damaged encoding, the part that can be decoded."""
        text = self.content_type.startswith("text/")
        return transfer_encoding.decode(self.body, self.get("content-transfer-encoding"), text=text)


@lru_cache(maxsize=1_024)
def _name(raw: bytes) -> str:
    """Return a field name in lower case; `""` if it is invalid."""
    return raw.rstrip(b" \t").decode("ascii").lower() if _NAME.match(raw) else ""


def read_headers(raw: bytes) -> tuple[list[tuple[str, bytes]], int, bool]:
    """Return the header fields of a part, the start of its body, and True if there were invalid lines in the header."""
    position = 0
    if raw.startswith((b"From ", b">From ")):  # an mbox separator line
        position = _line_end(raw, 0)
    if raw[position : position + 1] in (b"\n", b"\r"):
        return [], position + (2 if raw.startswith(b"\r\n", position) else 1), False
    stop, body = _end_of_headers(raw, position)
    block = raw[position:stop]
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = _UNFOLD.sub(b" ", block).split(b"\n", MAX_FIELDS)[:MAX_FIELDS]
    fields: list[tuple[str, bytes]] = []
    for line in lines:
        before, colon, value = line.partition(b":")
        name = _name(before) if colon and len(before) <= 100 else ""
        if not name:
            return _broken_headers(raw, position, stop, body)
        fields.append((name, value[:MAX_VALUE].strip()))
    return fields, body, False


def _end_of_headers(raw: bytes, position: int) -> tuple[int, int]:
    """Return the end of the header block and the start of the body."""
    mixed = raw.find(b"\n\r\n", position)
    plain = raw.find(b"\n\n", position, mixed if mixed >= 0 else len(raw))
    end = plain if plain >= 0 else mixed
    if end >= 0:
        return (end - 1 if raw[end - 1 : end] == b"\r" else end), end + (2 if plain >= 0 else 3)
    end = raw.find(b"\r\r", position)
    return (end, end + 2) if end >= 0 else (len(raw), len(raw))


def _broken_headers(raw: bytes, position: int, stop: int, body: int) -> tuple[list[tuple[str, bytes]], int, bool]:
    """Return the result of `read_headers` for a header block with invalid lines.

    An invalid line before the last known header continues the previous field (bad folding); after it, the body starts.
    """
    last_known = max((known.start() for known in _KNOWN.finditer(raw, position, stop)), default=-1)
    fields: list[tuple[str, bytes]] = []
    while position < stop and len(fields) < MAX_FIELDS:
        match = _FIELD.match(raw, position)
        if match and len(match[1]) <= 100:
            fields.append((match[1].decode("ascii").lower(), _FOLD.sub(b" ", match[2])[:MAX_VALUE]))
            position = match.end()
            continue
        if position > last_known:
            return fields, position, True
        line_end = _line_end(raw, position)
        if fields and len(fields[-1][1]) < 8_192:
            name, value = fields[-1]
            fields[-1] = (name, value + b" " + raw[position : min(line_end, position + 8_192)].strip())
        position = line_end
    return fields, body, True


def _line_end(raw: bytes, position: int) -> int:
    match = _LINE.match(raw, position)
    return match.end() if match else len(raw)


def _part(raw: bytes, default: str, containers: tuple[tuple[str, int], ...]) -> tuple[Part, bool]:
    fields, start, broken = read_headers(raw)
    first: dict[str, bytes] = {}
    for name, value in fields:
        first.setdefault(name, value)
    declared = first.get("content-type")
    content_type = default
    if declared is not None:
        match = _TYPE.match(strip_comments(declared))
        if match:
            content_type = f"{match[1].decode('ascii')}/{match[2].decode('ascii')}".lower()
        elif declared.strip().lower().split(b";")[0] in (b"text", b""):
            content_type = "text/plain"
        else:
            content_type = "text/plain" if default == "text/plain" else default
    return Part(fields, raw[start:] if start else raw, content_type, containers, first), broken


def parse_mime(raw: bytes) -> tuple[Part, list[Part], list[str]]:
    """Return the root of a mail, its leaf parts in order, and a list of problems. An embedded message is a leaf."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if raw[:1] in (b"\r", b"\n") and _FIELD.match(stripped := raw.lstrip(b"\r\n")):
        raw = stripped
    root, broken = _part(raw, "text/plain", ())
    problems: list[str] = [_("invalid line in the header")] if broken else []
    leaves: list[Part] = []
    numbers = iter(range(1, 10**9))
    waiting: list[tuple[Part, int]] = [(root, 0)]
    while waiting:
        part, depth = waiting.pop()
        if not part.content_type.startswith("multipart/"):
            leaves.append(part)
            continue
        if depth >= MAX_DEPTH or len(leaves) + len(waiting) >= MAX_PARTS:
            _add_problem(problems, _("too many parts or levels; the rest is kept as one attachment"))
            leaves.append(part)
            continue
        boundary = _boundary(part.get("content-type"), part.body)
        pieces = list(_split(part.body, boundary, MAX_PARTS - len(leaves) - len(waiting))) if boundary else []
        if not pieces:
            _add_problem(problems, _("multipart without parts"))
            part.content_type = "text/plain"
            leaves.append(part)
            continue
        inside = (*part.containers, (part.content_type, next(numbers)))
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        children = [_part(piece, default, inside)[0] for piece in pieces]
        waiting.extend((child, depth + 1) for child in reversed(children))
    return root, leaves, problems


def _add_problem(problems: list[str], remark: str) -> None:
    if remark not in problems:
        problems.append(remark)


def _boundary(content_type: bytes, body: bytes) -> bytes:
    """Return the declared boundary. Parentheses in it are part of it only if the body contains them."""
    declared = _declared_boundary(content_type)
    if b"(" in content_type and b"--" + declared not in body:
        return _declared_boundary(strip_comments(content_type))
    return declared


def _declared_boundary(content_type: bytes) -> bytes:
    match = _BOUNDARY.search(content_type)
    if match:
        return match[2] or re.sub(rb"\\(.)", rb"\1", match[1] or b"").rstrip()
    if b"boundary*" in content_type.lower():
        return headers.parameters(content_type).get("boundary", "").encode("utf-8", "replace")
    return b""


def _split(body: bytes, boundary: bytes, limit: int) -> Iterator[bytes]:
    """Yield the raw parts between the boundary lines; an unclosed last part counts (RFC 2046, 5.1.1)."""
    delimiter = b"--" + boundary
    start = -1
    count = 0
    position = 0
    while True:
        found = body.find(delimiter, position)
        if found < 0:
            break
        after = found + len(delimiter)
        position = after
        if found and body[found - 1] not in b"\r\n":
            continue
        closing = body.startswith(b"--", after)
        line_end = _line_end(body, after + 2 if closing else after)
        if body[after + 2 if closing else after : line_end].strip(b" \t\r\n"):
            position = max(after, line_end - 1)
            continue
        if start >= 0:
            yield _cut(body, start, found)
            count += 1
        if closing:
            return
        start = line_end
        position = max(line_end - 1, after)
        if count >= limit:
            break
    if start >= 0:
        yield body[start:]


def _cut(body: bytes, start: int, end: int) -> bytes:
    """Return the bytes of a part; the line end before a boundary belongs to the boundary."""
    if end > start and body[end - 1 : end] == b"\n":
        end -= 1
    if end > start and body[end - 1 : end] == b"\r":
        end -= 1
    return body[start:end]
