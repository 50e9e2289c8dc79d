"""Text and JSON on their way into the store.

PostgreSQL refuses NUL and lone surrogates, SQLite the latter; both engines get the same text. The raw bytes of a
mail keep what it said.
"""

from __future__ import annotations

import json
import re
from typing import Any

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_EMPTY = {"[]": list, "{}": dict}
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=False)


def clean(text: str) -> str:
    """`text` with U+FFFD in the place of each NUL and each lone surrogate."""
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
    """Compact JSON of a list or a dictionary; NULs inside strings are replaced as in `clean`."""
    if not value:
        return "{}" if isinstance(value, dict) else "[]"
    return clean(_encoder.encode(value)).replace("\\u0000", "\N{REPLACEMENT CHARACTER}")


def from_json(text: str) -> Any:
    """What `to_json` wrote; most lists and documents of a mail are empty."""
    return _EMPTY[text]() if text in _EMPTY else json.loads(text)
