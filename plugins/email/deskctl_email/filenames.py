"""Names of attachments: a sender's own, made harmless, and one for what has none."""

from __future__ import annotations

import re
import unicodedata

MAX_BYTES = 200
"""UTF-8 bytes of a name: file systems take 255."""

_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
#: What only a path begins with: a drive, a server, the root, the home folder, a relative step, a URL.
_PATH = re.compile(r"(?:file:)?(?:[A-Za-z]:[/\\]|[/\\~]|\.{1,2}[/\\])|[A-Za-z]{2,9}://", re.IGNORECASE)
_STEPS = re.compile(r"(?:^|[/\\])\.{1,2}(?:[/\\]|$)")
_SEPARATORS = re.compile(r"\s*[/\\]+\s*")


def filename(value: str) -> str | None:
    """A sender's file name in one piece: no folders, no control characters, not endless. None if nothing is left.

    Where the name is a path, its last part is the name. A slash elsewhere belongs to the name, as in
    `Invoice 01/02/2025.pdf`, and becomes an underscore.
    """
    name = _SPACES.sub(" ", _INVISIBLE.sub("", value)).strip(" \"'")
    if _PATH.match(name) or _STEPS.search(name):
        name = name.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    name = _SEPARATORS.sub("_", name).strip(" \"'")
    if not name.strip("._ "):
        return None
    return shortened(unicodedata.normalize("NFC", name))


def shortened(name: str) -> str:
    """At most `MAX_BYTES` of a name, its ending kept."""
    if len(name.encode("utf-8", "replace")) <= MAX_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode("utf-8", "replace")) > 16:
        stem, dot, ending = name, "", ""
    room = MAX_BYTES - len((dot + ending).encode("utf-8", "replace"))
    return stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore").rstrip() + dot + ending


def of_message(subject: str) -> str:
    """A name for an attached message that has none: its subject."""
    name = filename(_SEPARATORS.sub("_", subject)) if subject.strip() else None
    if name is None:
        return "message.eml"
    name = name.strip(" ._")
    return shortened(name if name.lower().endswith(".eml") else f"{name}.eml")
