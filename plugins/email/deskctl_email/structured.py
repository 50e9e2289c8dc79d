"""Structured header fields: remove comments (RFC 5322, 3.2.2), which may occur nearly anywhere."""

from __future__ import annotations

import re

#: One token of a field: a quoted string, an escape, a parenthesis, the end of a parameter, or other text.
_STEP = re.compile(rb'"(?:[^"\\]|\\.){0,2000}+"|\\.|[()=;]|[^"\\()=;]+|["\\]', re.DOTALL)
_KEEPS_PARENTHESES = re.compile(rb"(?:file)?name(?:\*\d*\*?)?", re.IGNORECASE)


def strip_comments(value: bytes) -> bytes:
    """Return `value` without comments, in linear time.

    Parentheses in quoted strings stay, and so do those in unquoted file names such as `name=report (1).pdf`, and an
    unclosed parenthesis.
    """
    if b"(" not in value:
        return value
    kept: list[bytes] = []
    depth = 0
    opened = 0  # the number of kept pieces at the start of the outermost comment
    held: list[bytes] = []  # the comment, which is kept if it is not closed
    parameter = b""
    in_value = False
    for match in _STEP.finditer(value):
        piece = match[0]
        if depth:
            held.append(piece)
            depth += (piece == b"(") - (piece == b")")
            if not depth:
                held.clear()
                kept.append(b" ")
            continue
        if piece == b";":
            parameter, in_value = b"", False
        elif piece == b"=" and not in_value:
            in_value = True
        elif piece == b"(" and not (in_value and _KEEPS_PARENTHESES.fullmatch(parameter.strip())):
            depth, opened = 1, len(kept)
            held.append(piece)
            continue
        elif not in_value:
            parameter = (parameter + piece)[-100:]
        kept.append(piece)
    if held:
        kept[opened:] = held
    return b"".join(kept).strip()


def first_token(value: bytes) -> bytes:
    """Return the first token of a field such as Content-Transfer-Encoding in lower case, without comments."""
    return strip_comments(value).split(b";")[0].strip().strip(b"\"'").lower()
