"""A tolerant decoder for ISO 2022 text (Japanese, Korean, Chinese) and HZ.

Python's codecs reject a whole text because of one character that the standard lacks. This decoder follows the
ISO-2022-JP decoder of the Encoding Standard (WHATWG) and Windows code page 50221: half-width kana by escape, by
shift-out or as 8-bit bytes; NEC row 13 and the IBM extensions in JIS X 0208. Each invalid character becomes one
U+FFFD, and the result contains no escape sequences. Takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable

REPLACEMENT = "\ufffd"

_TwoByteReader = Callable[[int, int], str]


def _table(codec: str, prefix: bytes = b"") -> _TwoByteReader:
    """Return a reader for a 94x94 set that uses the EUC form of the codes."""

    def read(first: int, second: int) -> str:
        try:
            return (prefix + bytes((first | 0x80, second | 0x80))).decode(codec)
        except UnicodeDecodeError:
            return ""

    return read


def jis0208(first: int, second: int) -> str:
    """Return the character of a JIS X 0208 code (each byte 0x21 to 0x7E) with vendor rows; `""` if there is none."""
    lead = (first - 0x21) // 2 + 0x81
    lead += 0x40 if lead > 0x9F else 0
    trail = second + 0x1F + (second >= 0x60) if first % 2 else second + 0x7E
    try:
        return bytes((lead, trail)).decode("cp932")
    except UnicodeDecodeError:
        return ""


#: Characters for which Python's EUC-JP differs from the vendor tables.
_VENDORS = str.maketrans("〜‖−¢£¬", "～∥－￠￡￢")
_HIGH_BIT = bytes(byte | 0x80 for byte in range(256))
_PAIRS = re.compile(rb"(?:[\x21-\x7e]{2})+")

_jis0212 = _table("euc_jp", b"\x8f")
_ksc5601 = _table("cp949")
_gb2312 = _table("gb18030")
_jis0213 = _table("euc_jis_2004")
_jis0213_2 = _table("euc_jis_2004", b"\x8f")

#: Character sets by escape sequence: two-byte sets as a reader function, one-byte sets as a name.
_SETS: dict[bytes, _TwoByteReader | str] = {
    b"(B": "ascii", b"(J": "roman", b"(H": "ascii", b"(A": "ascii", b"(I": "kana",
    b"$@": jis0208, b"$B": jis0208, b"$(@": jis0208, b"$(B": jis0208, b"$(D": _jis0212,
    b"$(C": _ksc5601, b"$A": _gb2312, b"$(A": _gb2312,
    b"$(O": _jis0213, b"$(Q": _jis0213, b"$(P": _jis0213_2,
}  # fmt: skip
_SHIFTED: dict[bytes, _TwoByteReader | str] = {b"$)C": _ksc5601, b"$)A": _gb2312, b"$)B": jis0208, b")I": "kana"}
_HIGH = {b".A": "latin_1", b".F": "iso8859_7"}  # of ISO-2022-JP-2, one character after ESC N

_ESCAPE = re.compile(rb"\x1b(&@\x1b)?(\$\([@ABCDOPQ]|\$\)[ABC]|\$[@AB]|\([ABHIJ]|\)I|\.[AF]|N.)?", re.DOTALL)
_SEGMENT = re.compile(rb"[^\x1b\x0e\x0f\n]+|\x1b|\x0e|\x0f|\n")
DESIGNATES = re.compile(rb"\x1b(?:\$\([@ABCDOPQ]|\$\)[ABC]|\$[@AB]|\([HIJ])")
"""An escape sequence that only ISO 2022 text contains."""


def decode(data: bytes, *, korean: bool = False) -> tuple[str, bool]:
    """Return the text of `data`, and True if all of it was decoded. `korean`: KS X 1001 is the shift-out set.

    A line end also ends a two-byte set if the next line shows that the closing escape is lost.
    """
    out: list[str] = []
    normal: _TwoByteReader | str = "ascii"
    shifted: _TwoByteReader | str = _ksc5601 if korean or b"\x1b$)C" in data else "kana"
    shift = False
    high = "latin_1"
    position = 0
    while position < len(data):
        match = _SEGMENT.match(data, position)
        if match is None:  # impossible: the pattern matches every byte
            break
        piece, position = match[0], match.end()
        if piece == b"\x0e":
            shift = True
        elif piece == b"\x0f":
            shift = False
        elif piece == b"\n":
            out.append("\n")
            shift = False
            if callable(normal) and _is_plain(data, position):
                normal = "ascii"
        elif piece == b"\x1b":
            escape = _ESCAPE.match(data, match.start())
            name = escape[2] if escape else None
            if escape is None or name is None:
                out.append(REPLACEMENT)
                continue
            position = escape.end()
            if name in _SETS:
                normal, shift = _SETS[name], False
            elif name in _SHIFTED:
                shifted = _SHIFTED[name]
            elif name in _HIGH:
                high = _HIGH[name]
            elif name[:1] == b"N":
                out.append(bytes((name[1] | 0x80,)).decode(high, "replace"))
        else:
            _decode_segment(piece, shifted if shift else normal, out)
    text = "".join(out)
    return text, REPLACEMENT not in text


def _is_plain(data: bytes, position: int) -> bool:
    """Return True if the line at `position` cannot be in a two-byte set, so that the closing escape must be lost."""
    match = _SEGMENT.match(data, position)
    line = match[0].rstrip(b"\r") if match else b""
    return len(line) % 2 == 1 or b" " in line


def _decode_segment(piece: bytes, kind: _TwoByteReader | str, out: list[str]) -> None:
    """Append the characters of bytes in one set to `out`."""
    if kind == "ascii" and piece.isascii():
        out.append(piece.decode("ascii"))
    elif callable(kind):
        _decode_two_bytes(piece, kind, out)
    else:
        out.append("".join(_decode_one_byte(byte, kind) for byte in piece))


def _decode_one_byte(byte: int, kind: str) -> str:
    if 0xA1 <= byte <= 0xDF:  # half-width kana as 8-bit bytes
        return chr(byte - 0xA1 + 0xFF61)
    if byte >= 0x80:
        return REPLACEMENT
    if kind == "kana":
        return chr(byte - 0x21 + 0xFF61) if 0x21 <= byte <= 0x5F else chr(byte) if byte <= 0x20 else REPLACEMENT
    if kind == "roman" and byte in (0x5C, 0x7E):
        return "¥" if byte == 0x5C else "‾"
    return chr(byte)


def _decode_two_bytes(piece: bytes, read: _TwoByteReader, out: list[str]) -> None:
    if read is jis0208 and _PAIRS.fullmatch(piece):
        try:
            out.append(piece.translate(_HIGH_BIT).decode("euc_jp").translate(_VENDORS))
        except UnicodeDecodeError:
            pass
        else:
            return
    at = 0
    while at < len(piece):
        first = piece[at] & 0x7F if piece[at] >= 0xA1 else piece[at]
        if not 0x21 <= first <= 0x7E:
            out.append(chr(first) if first <= 0x20 else REPLACEMENT)
            at += 1
            continue
        second = piece[at + 1] if at + 1 < len(piece) else 0
        second = second & 0x7F if second >= 0xA1 else second
        if not 0x21 <= second <= 0x7E:  # half a character: replace only this half
            out.append(REPLACEMENT)
            at += 1
            continue
        out.append(read(first, second) or REPLACEMENT)
        at += 2


def decode_hz(data: bytes) -> tuple[str, bool]:
    """Decode HZ (RFC 1843, GB 2312 between `~{` and `~}`); return the text, and True if all of it was decoded."""
    out: list[str] = []
    chinese = False
    for piece in re.split(rb"(~\{|~\}|~~|~\r?\n|\n)", data):
        if piece == b"~{":
            chinese = True
        elif piece == b"~}":
            chinese = False
        elif piece == b"~~":
            out.append("~")
        elif piece == b"\n":
            out.append("\n")
            chinese = False  # RFC 1843: a line end switches back to ASCII
        elif piece[:1] == b"~" and piece.endswith(b"\n"):
            continue  # a continued line
        elif chinese:
            _decode_two_bytes(piece, _gb2312, out)
        else:
            out.append(piece.decode("ascii", "replace"))
    text = "".join(out)
    return text, REPLACEMENT not in text
