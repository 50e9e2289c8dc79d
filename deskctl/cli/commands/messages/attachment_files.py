"""Files that go along with an answer, and names for files that customers sent."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ....errors import UsageError

#: Bytes of all files of one answer. Base64 adds a third, and many relays take no more than 25 to 35 MB.
MOST = 20_000_000
#: Bytes of a file's name. File systems take 255; some room is left for a number that tells namesakes apart.
LONGEST = 200
_RESERVED = re.compile(r"con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]", re.IGNORECASE)
_COMPRESSED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}


def attached(paths: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
    """Name, content type and bytes in base64 of each file, as `Reply.files` wants them.

    Raises UsageError for what cannot be read, and when they are more than `MOST` together.
    """
    from base64 import b64encode

    files = []
    room = MOST
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
        raise UsageError(f"{_text(path)} cannot be attached: {error.strerror}") from error
    if len(content) > room:
        raise UsageError(
            f"the attachments are larger than {MOST // 1_000_000} MB together",
            "many mail servers refuse so much: send a link, or several answers",
        )
    return content


def content_type(name: str) -> str:
    """What a file's name says of it. A packed file is what packed it, not what is inside."""
    from mimetypes import guess_type

    kind, packed = guess_type(name)
    if packed is not None:
        return _COMPRESSED.get(packed, "application/octet-stream")
    return kind or "application/octet-stream"


def _text(name: str) -> str:
    """A name as text in its composed form; macOS gives Hangul in pieces, other systems bytes that are no text."""
    from unicodedata import normalize

    return normalize("NFC", name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def file_name(given: str, id: int) -> str:
    """What to call a customer's file in a folder of ours.

    What they call it is a wish: it leads to no other folder, hides nothing, is no option of a command, and stays
    short enough for every file system, with its suffix. Letters of every script stay as they are.
    """
    from ....core.values.filenames import one_name
    from ....safe import plain_name

    name = plain_name(_text(one_name(given.strip())))
    name = re.sub(r'[<>:"|?*_]+', "_", name).lstrip("._-~ ").rstrip(". ")
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > 16:
        stem, dot, suffix = name, "", ""
    first, *rest = stem.split(".")
    if _RESERVED.fullmatch(first.rstrip()):  # a device's name on Windows, whatever its ending
        stem = ".".join((f"{first}_", *rest))
    short = stem.encode()[: LONGEST - len((dot + suffix).encode())].decode("utf-8", "ignore").rstrip(". ")
    return f"{short}{dot}{suffix}" if short else f"attachment-{id}"


def numbered(name: str, number: int) -> str:
    """The same name with a number before its suffix."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{number}.{suffix}" if dot and stem else f"{name}-{number}"
