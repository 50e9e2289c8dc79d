"""Decoding of Content-Transfer-Encodings, tolerant of damage."""

from __future__ import annotations

import binascii
import re

from .structured import first_token

_RUN = re.compile(rb"([A-Za-z0-9+/]+)(=*)")
_JUNK = re.compile(rb"[^A-Za-z0-9+/=]+")
_LINES = re.compile(rb"[A-Za-z0-9+/=\s]*")
#: Spaces at the end of an encoded line were added in transit (RFC 2045, 6.7, rule 3); `-- ` starts a signature.
_TRAILING = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n|\Z)")
_SIGNATURE = re.compile(rb"(?<!\S)--\Z")
_WORDS = re.compile(rb"(?<![!-~])[!-~]++[ \t]++[!-~]")


def decode(body: bytes, encoding: bytes, *, text: bool = False) -> bytes:
    """Return the decoded body; with an unknown encoding, the body itself.

    `text`: the part is text, so plain text that a mailing list appended to the encoded text is kept.
    """
    name = first_token(encoding)
    if name in (b"", b"7bit", b"8bit", b"binary"):
        return body
    if name in (b"base64", b"b", b"base-64"):
        return _base64_text(body) if text else base64(body)
    if name in (b"quoted-printable", b"q", b"quoted_printable"):
        return _quoted_printable(body)
    if name in (b"x-uuencode", b"uuencode", b"x-uue", b"uue"):
        return _uu(body)
    return body


def base64(data: bytes) -> bytes:
    """Decode base64 with other characters in between, and with several runs that each have their own padding.

    Missing padding is added; a single last character is dropped.
    """
    if data.find(b"=") in (-1, len(data.rstrip(b"\r\n\t =")) if data else -1):
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:
            pass
    letters = _JUNK.sub(b"", data)
    out: list[bytes] = []
    open_run = b""
    for match in _RUN.finditer(letters):
        run, padding = open_run + match[1], len(match[2])
        missing = -len(run) % 4
        if missing and (missing == 3 or padding < missing) and match.end() < len(letters):
            open_run = run  # a stray padding character, not the end of a run
            continue
        open_run = b""
        if missing == 3:
            run, missing = run[:-1], 0
        out.append(binascii.a2b_base64(run + b"=" * missing))
    if open_run:
        out.append(base64(open_run))
    return b"".join(out)


def _base64_text(body: bytes) -> bytes:
    """Decode base64 text, and keep plain text after the padding that was appended in transit."""
    end = body.find(b"=")
    if end < 0:
        return base64(body)
    line_end = body.find(b"\n", end)
    rest = body[line_end + 1 :] if line_end >= 0 else b""
    if not rest or _LINES.fullmatch(rest) or not _WORDS.search(rest[:2_000]):
        return base64(body)
    return base64(body[:line_end]) + b"\n" + rest


def _quoted_printable(body: bytes) -> bytes:
    def trimmed(match: re.Match[bytes]) -> bytes:
        before = body[max(0, match.start() - 3) : match.start()]
        return b" " if match[0] == b" " and _SIGNATURE.search(before) else b""

    if b" \n" in body or b" \r\n" in body or b"\t\n" in body or b"\t\r\n" in body or body[-1:] in b" \t":
        body = _TRAILING.sub(trimmed, body)
    return binascii.a2b_qp(body)


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
            # Some encoders pad lines beyond their length: use the declared length.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                continue
    return b"".join(out)
