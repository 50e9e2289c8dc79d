"""Render search results: a line with the ticket, and below it an excerpt with the words found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ....safe import visible
from ...style import paint
from ...times import age, now
from ...width import ELLIPSIS, cut, pad, width

if TYPE_CHECKING:
    from ....core.search.views import ContactHit, MessageHit

_INDENT = "     "
#: The words found, as `answers.MessageHit` marks them.
_MARKED = re.compile("⟦([^⟧]*)⟧")


def unmarked(snippet: str) -> str:
    """Return a snippet without the marks of the words found."""
    return _MARKED.sub(r"\1", snippet)


def message_lines(hits: Sequence[MessageHit], limit: int, color: bool) -> Iterator[str]:
    """Yield two lines for each hit, at most `limit` columns wide."""
    start = now()
    for hit in hits:
        number = f"#{hit['number']}"
        when = age(hit["at"], start)
        room = max(8, limit - max(width(number) + 2, len(_INDENT)) - width(when) - 2)
        subject = cut(visible(hit["subject"]), room)
        head = pad(number, len(_INDENT) - 2) + "  "
        yield _painted(head, "bold", color) + pad(subject, room) + "  " + _painted(when, "dim", color)
        yield _INDENT + _snippet(hit["snippet"], limit - len(_INDENT), color)


def contact_lines(contacts: Sequence[ContactHit], limit: int, color: bool) -> Iterator[str]:
    """Yield a line for each contact: id, name, addresses."""
    for contact in contacts:
        number = pad(str(contact["id"]), len(_INDENT) - 2) + "  "
        name = visible(contact["name"] or "")
        addresses = visible(", ".join(contact["addresses"]))
        yield _painted(number, "bold", color) + cut("  ".join(filter(None, (name, addresses))), limit - width(number))


def _snippet(snippet: str, limit: int, color: bool) -> str:
    """Return one line of a snippet that contains the first word found."""
    parts = [(visible(text), place % 2 == 1) for place, text in enumerate(_MARKED.split(snippet))]
    if len(parts) > 1 and sum(width(text) for text, _ in parts) > limit:
        parts[0] = (_tail(parts[0][0], max(limit // 3, limit - width("".join(text for text, _ in parts[1:])))), False)
    shown, room = "", limit
    for text, found in parts:
        piece = cut(text, room)
        shown += _painted(piece, "found" if found else "", color)
        room -= width(piece)
        if piece != text:
            break
    return shown


def _tail(text: str, limit: int) -> str:
    """Return the end of a text in at most `limit` columns, with an ellipsis if it is cut."""
    if width(text) <= limit:
        return text
    end = text
    while end and width(end) > limit - 1:
        end = end[1:]
    return ELLIPSIS + end


def _painted(text: str, style: str, color: bool) -> str:
    return paint(text, style if color else "")
