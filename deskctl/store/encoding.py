"""Encode text and JSON for the store.

PostgreSQL rejects NUL characters and lone surrogates, SQLite rejects lone surrogates; both store the same text. The
raw bytes of a mail keep the original.
"""

from __future__ import annotations

import json
import re
from typing import Any

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_EMPTY = {"[]": list, "{}": dict}
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=False)


def clean(text: str) -> str:
    """Return `text` with U+FFFD instead of each NUL and each lone surrogate."""
    if "\0" not in text:
        if text.isascii():
            return text
        try:
            text.encode()
            return text
        except UnicodeEncodeError:
            pass
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def maybe_clean(text: str | None) -> str | None:
    return None if text is None else clean(text)


def to_json(value: Any) -> str:
    """Return compact JSON of a list or a dictionary; NUL characters in strings are replaced as in `clean`."""
    if not value:
        return "{}" if isinstance(value, dict) else "[]"
    return clean(_encoder.encode(value)).replace("\\u0000", "\N{REPLACEMENT CHARACTER}")


def from_json(text: str) -> Any:
    """Decode the result of `to_json`. Most lists and documents of a mail are empty."""
    return _EMPTY[text]() if text in _EMPTY else json.loads(text)
