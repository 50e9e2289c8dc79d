"""Reading JSON that anybody may have written: every accessor takes anything and gives what it promises."""

from __future__ import annotations

import json
import unicodedata
from typing import Any


def loads(raw: bytes) -> dict[str, Any] | None:
    """The JSON object that `raw` is, None for anything else."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def whole(value: Any) -> int | None:
    """A whole number of at most 64 bits."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None


def clean(value: str) -> str:
    """Text that can be kept: no NUL, no lone surrogates, one kind of line end, NFC."""
    whole_text = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lines = whole_text.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines)


def line(value: Any, most: int = 200) -> str:
    """One clean line of at most so many characters."""
    return " ".join(clean(text(value)).split())[:most].strip()
