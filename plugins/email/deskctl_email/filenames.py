"""Safe file names for attachments, and names for attached messages without one."""

from __future__ import annotations

import re

from deskctl.plugins import normalize

MAX_BYTES = 200
"""UTF-8 bytes of a name; file systems accept 255."""

_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
#: The start of a path: a drive, a server, the root, the home folder, a relative step, a URL.
_PATH = re.compile(r"(?:file:)?(?:[A-Za-z]:[/\\]|[/\\~]|\.{1,2}[/\\])|[A-Za-z]{2,9}://", re.IGNORECASE)
_STEPS = re.compile(r"(?:^|[/\\])\.{1,2}(?:[/\\]|$)")
_SEPARATORS = re.compile(r"\s*[/\\]+\s*")


def safe_filename(value: str) -> str | None:
    """Return a sender's file name without folders and control characters, of limited length; None if nothing is left.

    Of a path, the last component is the name. A slash in another name, such as `Invoice 01/02/2025.pdf`, becomes an
    underscore.
    """
    name = _SPACES.sub(" ", _INVISIBLE.sub("", value)).strip(" \"'")
    if _PATH.match(name) or _STEPS.search(name):
        name = name.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    name = _SEPARATORS.sub("_", name).strip(" \"'")
    if not name.strip("._ "):
        return None
    return shorten(normalize("NFC", name))


def shorten(name: str) -> str:
    """Shorten a name to `MAX_BYTES` and keep its extension."""
    if len(name.encode("utf-8", "replace")) <= MAX_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode("utf-8", "replace")) > 16:
        stem, dot, ending = name, "", ""
    room = MAX_BYTES - len((dot + ending).encode("utf-8", "replace"))
    return stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore").rstrip() + dot + ending


def message_filename(subject: str) -> str:
    """Return a file name for an attached message without one, made from its subject."""
    name = safe_filename(_SEPARATORS.sub("_", subject)) if subject.strip() else None
    if name is None:
        return "message.eml"
    name = name.strip(" ._")
    return shorten(name if name.lower().endswith(".eml") else f"{name}.eml")
