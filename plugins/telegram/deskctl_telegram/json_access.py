"""Access to untrusted JSON: every function accepts any value and returns the type that it names."""

from __future__ import annotations

import json
from typing import Any

from deskctl.plugins import normalize


def parse_object(raw: bytes) -> dict[str, Any] | None:
    """Return the JSON object in `raw`, or None if it is anything else."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def as_dicts(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def as_int(value: Any) -> int | None:
    """Return a whole number of at most 64 bits, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None


def clean_text(value: str) -> str:
    """Return text that the store accepts: no NUL, no lone surrogates, `\\n` as the only line end, NFC."""
    valid = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lines = valid.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
    return normalize("NFC", lines)


def one_line(value: Any, limit: int = 200) -> str:
    """Return clean text on one line, at most `limit` characters of it."""
    return " ".join(clean_text(as_text(value)).split())[:limit].strip()
