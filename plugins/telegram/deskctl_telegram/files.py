"""Files of a message, and their storage inside the raw update.

A download link of Telegram expires after an hour. Therefore the channel downloads the files before it journals the
update, and stores their bytes in the update under the key `deskctl_files`.
"""

from __future__ import annotations

import base64
import binascii
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from deskctl.plugins import IncomingFile

from .json_access import as_dict, as_dicts, as_int, as_text, one_line

#: The key of an update that holds its downloaded files.
FILES_KEY: Final = "deskctl_files"

#: Kinds of content that are a file, with the content type to use if the message gives none.
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
class AttachedFile:
    """A file of a message. `size` is in bytes, or None if Telegram does not give it."""

    kind: str
    file_id: str
    name: str
    content_type: str
    size: int | None


#: Files that are downloaded for one message, at most.
_FILE_LIMIT: Final = 12


def attached_files(message: Mapping[str, Any]) -> list[AttachedFile]:
    """Return all files of a message: its own, paid media, and those of an external message that it replies to."""
    external = as_dict(message.get("external_reply"))
    sources = [message, *_paid_media(message), external, *_paid_media(external)]
    return [file for source in sources if (file := attached_file(source)) is not None][:_FILE_LIMIT]


def _paid_media(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    number = as_int(message.get("message_id"))
    return [{**media, "message_id": number} for media in as_dicts(as_dict(message.get("paid_media")).get("paid_media"))]


def attached_file(message: Mapping[str, Any]) -> AttachedFile | None:
    """Return the file of a message, or None. Of a photo, return the largest size."""
    number = as_int(message.get("message_id")) or 0
    sizes = [photo for photo in as_dicts(message.get("photo")) if as_text(photo.get("file_id"))]
    if sizes:
        best = max(sizes, key=lambda p: (as_int(p.get("width")) or 0) * (as_int(p.get("height")) or 0))
        return AttachedFile(
            "photo", as_text(best["file_id"]), f"photo-{number}.jpg", "image/jpeg", as_int(best.get("file_size"))
        )
    for kind, default in _KINDS.items():
        found = as_dict(message.get(kind))
        if as_text(found.get("file_id")):
            if kind == "sticker":
                default = "video/webm" if found.get("is_video") else default
                default = "application/x-tgsticker" if found.get("is_animated") else default
            content_type = one_line(found.get("mime_type"), 100) or default
            name = one_line(found.get("file_name")) or f"{kind.replace('_', '-')}-{number}{_extension(content_type)}"
            return AttachedFile(kind, as_text(found["file_id"]), name, content_type, as_int(found.get("file_size")))
    return None


def _extension(content_type: str) -> str:
    known = {"audio/ogg": ".ogg", "application/x-tgsticker": ".tgs"}.get(content_type)
    return known or mimetypes.guess_extension(content_type, strict=False) or ""


def file_entry(content: bytes) -> dict[str, Any]:
    """Return the entry under `FILES_KEY` for a downloaded file."""
    return {"content": base64.b64encode(content).decode("ascii")}


def missing_file_entry(problem: str) -> dict[str, Any]:
    """Return the entry under `FILES_KEY` for a file that could not be downloaded."""
    return {"problem": problem}


def stored_file(update: Mapping[str, Any], file: AttachedFile, number: int = 0) -> IncomingFile | str:
    """Return the downloaded file at the position `number` of the message's files, or the reason why it is missing."""
    entries = as_dicts(update.get(FILES_KEY))
    entry = entries[number] if number < len(entries) else {}
    if problem := one_line(entry.get("problem")):
        return problem
    try:
        content = base64.b64decode(as_text(entry.get("content")).encode("ascii", "replace"), validate=True)
    except (binascii.Error, ValueError):
        return "the stored file is damaged"
    if not isinstance(entry.get("content"), str):
        return "not downloaded"
    return IncomingFile(file.name, file.content_type, content)
