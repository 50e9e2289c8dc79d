"""Extraction of the content of an S/MIME part that is signed but not encrypted (RFC 8551, `signed-data`)."""

from __future__ import annotations

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
MAX_DEPTH = 8


def is_signed(data: bytes) -> bool:
    """Return True if the data is signed but not encrypted, so that anyone can read its content."""
    return _SIGNED_DATA in data[:40]


def signed_content(data: bytes) -> bytes:
    """Return the signed content, which is a MIME part; `b""` if it is not found. The signature is not verified."""
    if not is_signed(data):
        return b""
    at = data.find(_DATA, 0, 4_096)
    if at < 0:
        return b""
    position = at + len(_DATA)
    tag, start, end = _header(data, position)
    if tag != 0xA0:
        return b""
    return b"".join(_octet_strings(data, start, end, 0))


def _octet_strings(data: bytes, start: int, end: int, depth: int) -> list[bytes]:
    """Return the bytes of the OCTET STRINGs between two positions; long strings consist of several pieces."""
    found: list[bytes] = []
    position = start
    while position < end and depth < MAX_DEPTH:
        tag, inner, after = _header(data, position)
        if tag == 0 or inner == 0:
            break
        if tag == 0x04:
            found.append(data[inner:after])
        elif tag == 0x24:
            found += _octet_strings(data, inner, after, depth + 1)
            if after == len(data):  # indefinite length: the rest has been read
                break
        else:
            break
        position = after
    return found


def _header(data: bytes, position: int) -> tuple[int, int, int]:
    """Return the tag of a value, its start and its end; (0, 0, 0) if there is no value at this position.

    A value of indefinite length ends at the end of the data.
    """
    if position + 2 > len(data):
        return 0, 0, 0
    tag, length = data[position], data[position + 1]
    position += 2
    if length == 0x80:
        return tag, position, len(data)
    if length & 0x80:
        size = length & 0x7F
        if size > 8:
            return 0, 0, 0
        length = int.from_bytes(data[position : position + size], "big")
        position += size
    return tag, position, min(position + length, len(data))
