"""Which file a message carries, and how it is kept inside the raw update.

Telegram gives a file's address for an hour only, so its bytes are fetched before the update is journalled, and lie
in it under the key `deskctl_files`.
"""

from __future__ import annotations

import base64
import binascii
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from deskctl.plugins import IncomingFile

from .reading import line, table, tables, text, whole

#: The key of an update that holds what was fetched for it.
KEPT: Final = "deskctl_files"

#: Kinds of message that are one file, with the type that is meant where none is said.
_KINDS: Final = {
    "animation": "video/mp4",
    "document": "application/octet-stream",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "sticker": "image/webp",
}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that a message carries. `size` in bytes, None where Telegram does not say."""

    kind: str
    file_id: str
    name: str
    content_type: str
    size: int | None


#: Files of one message that are fetched.
_MOST: Final = 12


def all_attached(message: Mapping[str, Any]) -> list[Attached]:
    """Every file of a message: its own, those that are paid for, and what it answers in another chat."""
    external = table(message.get("external_reply"))
    places = [message, *_paid(message), external, *_paid(external)]
    return [file for place in places if (file := attached(place)) is not None][:_MOST]


def _paid(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    number = whole(message.get("message_id"))
    return [{**media, "message_id": number} for media in tables(table(message.get("paid_media")).get("paid_media"))]


def attached(message: Mapping[str, Any]) -> Attached | None:
    """The file of a message, the largest size of a photo; None where it has none."""
    number = whole(message.get("message_id")) or 0
    sizes = [photo for photo in tables(message.get("photo")) if text(photo.get("file_id"))]
    if sizes:
        best = max(sizes, key=lambda p: (whole(p.get("width")) or 0) * (whole(p.get("height")) or 0))
        return Attached(
            "photo", text(best["file_id"]), f"photo-{number}.jpg", "image/jpeg", whole(best.get("file_size"))
        )
    for kind, usual in _KINDS.items():
        found = table(message.get(kind))
        if text(found.get("file_id")):
            if kind == "sticker":
                usual = "video/webm" if found.get("is_video") else usual
                usual = "application/x-tgsticker" if found.get("is_animated") else usual
            content_type = line(found.get("mime_type"), 100) or usual
            ending = {"audio/ogg": ".ogg", "application/x-tgsticker": ".tgs"}.get(content_type)
            name = line(found.get("file_name")) or f"{kind.replace('_', '-')}-{number}{ending or _ending(content_type)}"
            return Attached(kind, text(found["file_id"]), name, content_type, whole(found.get("file_size")))
    return None


def _ending(content_type: str) -> str:
    return mimetypes.guess_extension(content_type, strict=False) or ""


def fetched(content: bytes) -> dict[str, Any]:
    """How a file's bytes are kept in the update."""
    return {"content": base64.b64encode(content).decode("ascii")}


def missing(problem: str) -> dict[str, Any]:
    """How it is kept that a file is not there, and why."""
    return {"problem": problem}


def kept(update: Mapping[str, Any], file: Attached, number: int = 0) -> IncomingFile | str:
    """The file as it was fetched, or why it is not there. `number`: which of the message's files it is."""
    entries = tables(update.get(KEPT))
    entry = entries[number] if number < len(entries) else {}
    if problem := line(entry.get("problem")):
        return problem
    try:
        content = base64.b64decode(text(entry.get("content")).encode("ascii", "replace"), validate=True)
    except (binascii.Error, ValueError):
        return "what was fetched is damaged"
    if not isinstance(entry.get("content"), str):
        return "it was not fetched"
    return IncomingFile(file.name, file.content_type, content)
