"""The link targets of an HTML mail, which are written after the text of the link."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

MAX_LINKS = 300
"""Targets that are written; for more, the reader needs the HTML."""
MAX_LENGTH = 1_000
"""Characters of a target; a longer one is truncated and ends with an ellipsis."""
MAX_OPEN = 50
MAX_ALT = 200

_SCHEME = re.compile(r"(https?|ftps?|mailto|tel|sms):", re.IGNORECASE)
_BLANKS = re.compile("[\\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff<>]+")
_DECORATION = re.compile(r"^(?:(?:https?|ftps?)://|mailto:|tel:|sms:)?(?:www\.)?", re.IGNORECASE)


class Links:
    """The links of one mail. An open link is identified by its element, with the position of its text."""

    def __init__(self) -> None:
        self._open: list[tuple[Any, int, int]] = []
        self._written = 0
        self._last = ""

    def open(self, element: Any, line: int, part: int) -> None:
        """Open a link whose text starts at part number `part` of line number `line`."""
        if len(self._open) < MAX_OPEN and element.get("href"):
            self._open.append((element, line, part))

    def close(self, element: Any) -> tuple[int, int]:
        """Close a link and return the start of its text; (-1, -1) if it was not opened."""
        if self._open and self._open[-1][0] is element:
            return self._open.pop()[1:]
        return -1, -1

    def image_text(self, element: Any) -> str:
        """Return the alternative text of an image inside a link, which may have no other text."""
        if not self._open:
            return ""
        return _BLANKS.sub(" ", (element.get("alt") or "")[:MAX_ALT]).strip()

    def target(self, element: Any, words: str) -> str:
        """Return the target as `<https://...>`; `""` if the link text shows it, or if it is not an external address."""
        address = _BLANKS.sub("", element.get("href") or "")
        scheme = _SCHEME.match(address)
        if scheme is None or not words.strip() or self._written >= MAX_LINKS:
            return ""
        kind = scheme[1].lower()
        if kind in ("mailto", "tel", "sms"):
            address = unquote(address[scheme.end() :].partition("?")[0])
            address = _BLANKS.sub("", address)
        if not address or _text_shows_address(words, address, kind) or address == self._last:
            return ""
        self._written += 1
        self._last = address
        return f"<{address[:MAX_LENGTH]}…>" if len(address) > MAX_LENGTH else f"<{address}>"


def _text_shows_address(words: str, address: str, kind: str) -> bool:
    """Return True if the link text is the address or contains it."""
    shown, target = _bare(words), _bare(address)
    if kind == "tel":
        return _digits(target) in _digits(shown)
    return shown == target or shown == _bare(unquote(address)) or (kind == "mailto" and target in shown)


def _bare(text: str) -> str:
    return _DECORATION.sub("", _BLANKS.sub("", text)).rstrip("/").lower()


def _digits(text: str) -> str:
    return re.sub(r"\D+", "", text)[-8:]
