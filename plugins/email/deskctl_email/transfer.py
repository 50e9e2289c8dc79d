"""Content-Transfer-Encodings: from what was sent over the wire to the bytes that were meant."""

from __future__ import annotations

import binascii
import re

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def decode(body: bytes, encoding: bytes) -> bytes:
    """The bytes under a Content-Transfer-Encoding; an unknown one changes nothing."""
    name = encoding.split(b";")[0].strip().strip(b"\"'").lower()
    if name in (b"", b"7bit", b"8bit", b"binary"):
        return body
    if name == b"base64":
        return base64(body)
    if name == b"quoted-printable":
        return binascii.a2b_qp(body)
    if name in (b"x-uuencode", b"uuencode", b"x-uue", b"uue"):
        return _uu(body)
    return body


def base64(data: bytes) -> bytes:
    """Base64 with whatever else lies between; missing padding is added, a lone last character is dropped."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        pass
    try:
        return binascii.a2b_base64(data + b"==")
    except binascii.Error:
        letters = _NOT_BASE64.sub(b"", data)
        if len(letters) % 4 == 1:
            letters = letters[:-1]
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _uu(body: bytes) -> bytes:
    out: list[bytes] = []
    lines = body.splitlines()
    begin = next((i for i, line in enumerate(lines) if line.startswith(b"begin ")), None)
    if begin is None:
        return body
    for line in lines[begin + 1 :]:
        if line.strip() == b"end":
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders pad lines beyond their length: take what the length says.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                continue
    return b"".join(out)
