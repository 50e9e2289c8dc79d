"""Read the attachments of a reply, and choose safe names for the attachments of customers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ....errors import UsageError
from ...messages import _

#: The maximum size of all attachments of one reply, in bytes. Base64 adds a third; many relays accept 25 to 35 MB.
MAX_TOTAL_SIZE = 20_000_000
#: The maximum length of a file name in bytes. File systems accept 255; `numbered_name` may add a number.
MAX_NAME_LENGTH = 200
_RESERVED = re.compile(r"con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]", re.IGNORECASE)
_COMPRESSED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}


def read_attachments(paths: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
    """Return name, content type and base64 content of each file, for `Reply.files`.

    Raises UsageError if a file cannot be read, or if the files are larger than `MAX_TOTAL_SIZE` together.
    """
    from base64 import b64encode

    files = []
    room = MAX_TOTAL_SIZE
    for path in paths:
        content = _read(path, room)
        room -= len(content)
        name = _text(path.rpartition("/")[2])
        files.append((name, content_type(name), b64encode(content).decode()))
    return tuple(files)


def _read(path: str, room: int) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib costs a short command a tenth of its time
            content = file.read(room + 1)
    except OSError as error:
        raise UsageError(_("cannot attach {file}: {reason}", file=_text(path), reason=error.strerror)) from error
    if len(content) > room:
        raise UsageError(
            _("the attachments are larger than {size} MB together", size=MAX_TOTAL_SIZE // 1_000_000),
            _("many mail servers refuse larger mail; send a link, or several replies"),
        )
    return content


def content_type(name: str) -> str:
    """Guess the content type from a file name. For a compressed file it is the type of the compression."""
    from mimetypes import guess_type

    kind, packed = guess_type(name)
    if packed is not None:
        return _COMPRESSED.get(packed, "application/octet-stream")
    return kind or "application/octet-stream"


def _text(name: str) -> str:
    """Return a name as valid text in composed form (NFC). macOS decomposes Hangul; other systems allow any bytes."""
    from unicodedata import normalize

    return normalize("NFC", name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def safe_file_name(name: str, id: int) -> str:
    """Return a name for a customer's attachment that is safe in a folder of the agent.

    The name contains no folder and no control characters, does not start with a dot or a dash, is short enough for all
    file systems, and keeps its suffix. Letters of all scripts stay.
    """
    from ....core.values.filenames import one_name
    from ....safe import plain_name

    name = plain_name(_text(one_name(name.strip())))
    name = re.sub(r'[<>:"|?*_]+', "_", name).lstrip("._-~ ").rstrip(". ")
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > 16:
        stem, dot, suffix = name, "", ""
    first, *rest = stem.split(".")
    if _RESERVED.fullmatch(first.rstrip()):  # the name of a Windows device, which may have any suffix
        stem = ".".join((f"{first}_", *rest))
    short = stem.encode()[: MAX_NAME_LENGTH - len((dot + suffix).encode())].decode("utf-8", "ignore").rstrip(". ")
    return f"{short}{dot}{suffix}" if short else f"attachment-{id}"


def numbered_name(name: str, number: int) -> str:
    """Return the name with a number before its suffix."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{number}.{suffix}" if dot and stem else f"{name}-{number}"
