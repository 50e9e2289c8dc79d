"""A reader for winmail.dat (MS-OXTNEF), a part in which Outlook packs the attachments and the body of a mail.

deskctl uses its own reader because the library on PyPI has had no release in years and loads a table of all properties.
Of damaged data, the reader returns the content before the damage.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import charset

SIGNATURE = 0x223E9F78
MAX_ATTRIBUTES = 5_000
MAX_FILES = 200

_BODY, _MESSAGE_PROPERTIES, _CODE_PAGE = 0x0002800C, 0x00069003, 0x00069007
_NEW_FILE, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005

_PROPERTY_TEXT, _PROPERTY_RTF, _PROPERTY_HTML = 0x1000, 0x1009, 0x1013
_PROPERTY_DATA, _PROPERTY_SHORT_NAME, _PROPERTY_NAME, _PROPERTY_MIME, _PROPERTY_CONTENT_ID = (
    0x3701, 0x3704, 0x3707, 0x370E, 0x3712,
)  # fmt: skip
_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
_VARIABLE = frozenset((13, 30, 31, 258))
_UNICODE = 31
_MULTIPLE = 0x1000


@dataclass(slots=True)
class TnefFile:
    """An attachment in a winmail.dat. `name` is the sender's original name."""

    name: str = ""
    content_type: str = ""
    content: bytes = b""
    content_id: str = ""


@dataclass(slots=True)
class Tnef:
    """The content of a winmail.dat."""

    text: str = ""
    html: str = ""
    rtf: bytes = b""  # compressed, and only if there is no other text
    files: list[TnefFile] = field(default_factory=list)


def read_tnef(data: bytes) -> Tnef | None:
    """Return the content of a winmail.dat; None if the data is not TNEF."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != SIGNATURE:
        return None
    found = Tnef()
    packed_rtf = b""
    code_page = "cp1252"
    for name, value in _attributes(data):
        if name == _CODE_PAGE and len(value) >= 4:
            code_page = _codec(struct.unpack_from("<I", value)[0])
        elif name == _BODY:
            found.text = found.text or _string(value, code_page)
        elif name == _MESSAGE_PROPERTIES:
            for key, kind, content in _properties(value):
                if key == _PROPERTY_TEXT:
                    found.text = _unicode(content) if kind == _UNICODE else _string(content, code_page)
                elif key == _PROPERTY_RTF:
                    packed_rtf = packed_rtf or content
                elif key == _PROPERTY_HTML:
                    found.html = _unicode(content) if kind == _UNICODE else charset.decode(content.rstrip(b"\0"))[0]
        elif name == _NEW_FILE and len(found.files) < MAX_FILES:
            found.files.append(TnefFile())
        elif found.files and name == _FILE_TITLE:
            found.files[-1].name = found.files[-1].name or _string(value, code_page)
        elif found.files and name == _FILE_DATA:
            found.files[-1].content = value
        elif found.files and name == _FILE_PROPERTIES:
            _describe(found.files[-1], value, code_page)
    if packed_rtf and not (found.text.strip() or found.html.strip()):
        found.rtf = packed_rtf
    found.files = [one for one in found.files if one.content or one.name]
    return found


def _describe(file: TnefFile, value: bytes, code_page: str) -> None:
    for key, kind, content in _properties(value):
        if key == _PROPERTY_DATA:
            # An embedded object starts with the id of its interface.
            file.content = file.content or (content[16:] if kind == 13 else content)
            continue
        text = _unicode(content) if kind == _UNICODE else _string(content, code_page)
        if key == _PROPERTY_NAME or (key == _PROPERTY_SHORT_NAME and not file.name):
            file.name = text or file.name
        elif key == _PROPERTY_MIME:
            file.content_type = text.strip().lower()
        elif key == _PROPERTY_CONTENT_ID:
            file.content_id = text.strip("<> ")


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 6
    for _ in range(MAX_ATTRIBUTES):
        if position + 9 > len(data):
            return
        name, length = struct.unpack_from("<II", data, position + 1)
        start = position + 9
        yield name, data[start : start + length]
        position = start + length + 2  # a checksum follows


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (id, type, value) of each property; only the first of several values."""
    if len(data) < 4:
        return
    position = 4
    try:
        for _ in range(min(struct.unpack_from("<I", data)[0], MAX_ATTRIBUTES)):
            kind, key = struct.unpack_from("<HH", data, position)
            position += 4
            if key >= 0x8000:
                by_name = struct.unpack_from("<I", data, position + 16)[0]
                position += 20
                length = struct.unpack_from("<I", data, position)[0] if by_name else 0
                position += 4 + length + (-length % 4)
            basic = kind & ~_MULTIPLE
            if basic in _VARIABLE:
                count = struct.unpack_from("<I", data, position)[0]
                position += 4
                for number in range(min(count, MAX_ATTRIBUTES)):
                    length = struct.unpack_from("<I", data, position)[0]
                    position += 4
                    if number == 0:
                        yield key, basic, data[position : position + length]
                    position += length + (-length % 4)
            elif basic in _SIZES:
                count = 1
                if kind & _MULTIPLE:
                    count = struct.unpack_from("<I", data, position)[0]
                    position += 4
                position += _SIZES[basic] * count
            else:
                return
    except struct.error:
        return


def _codec(number: int) -> str:
    return charset.codec_name(f"cp{number}") or ("utf_8" if number == 65001 else "cp1252")


def _string(value: bytes, code_page: str) -> str:
    return charset.decode(value.rstrip(b"\0"), code_page)[0]


def _unicode(value: bytes) -> str:
    return charset.normalize_text(value.decode("utf-16-le", "replace").rstrip("\0"))
