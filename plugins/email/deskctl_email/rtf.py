"""Conversion of compressed RTF (MS-OXRTFCP), the body of some winmail.dat, to plain text.

Decompression and conversion each read their input once. A small mail can contain a large text, so the output is
limited.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace

from . import charset

MAX_RTF = 524_288
"""Bytes of RTF that are decompressed and read."""
MAX_GROUPS = 10_000
"""Open groups; a deeper group is read as part of its outer group."""

_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}"
    rb"{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbol"
    b"ArialTimes New RomanCourier"
    rb"{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\",
    re.DOTALL,
)
_LINK = re.compile(rb'HYPERLINK\s+"([^"]{1,1000})"')
_SKIPPED = frozenset((
    "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "objdata", "themedata", "colorschememapping",
    "datastore", "latentstyles", "listtable", "listoverridetable", "rsidtbl", "generator", "xmlnstbl", "header",
    "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "fldinst", "bkmkstart", "bkmkend",
    "mmathPr", "pgptbl", "revtbl", "filetbl", "nonshppict", "shpinst", "htmltag", "mhtmltag", "htmlbase", "xe", "tc",
))  # fmt: skip
_CONTROL_TEXT = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "cell": "\t", "nestcell": "\t", "nestrow": "\n",
    "tab": "\t", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
_SYMBOLS = {b"~": " ", b"_": "-", b"-": "", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n", b"\t": "\t"}
_FONT_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp437",
}  # fmt: skip


def to_text(packed: bytes) -> str:
    """Return the text of compressed RTF; `""` if it is damaged."""
    rtf = unpack(packed)
    return charset.normalize_text(RtfReader().read(rtf)).strip("\n") if rtf.startswith(b"{\\rtf") else ""


def unpack(packed: bytes) -> bytes:
    """Return the decompressed RTF, at most `MAX_RTF` bytes; `b""` if the data is not compressed RTF."""
    if len(packed) < 16:
        return b""
    size, kind = struct.unpack_from("<I", packed, 4)[0], struct.unpack_from("<I", packed, 8)[0]
    limit = min(size, MAX_RTF)
    if kind == _PLAIN:
        return packed[16 : 16 + limit]
    return _decompress(packed, limit) if kind == _COMPRESSED else b""


def _decompress(packed: bytes, limit: int) -> bytes:
    """Decompress LZFu: literal bytes and references into the last 4,096 bytes (MS-OXRTFCP, 2.2)."""
    window = bytearray(_START.ljust(4_096, b"\0"))
    write = len(_START)
    out = bytearray()
    at = 16
    while at < len(packed) and len(out) < limit:
        control = packed[at]
        at += 1
        for bit in range(8):
            if not control >> bit & 1:
                if at >= len(packed):
                    return bytes(out[:limit])
                piece = packed[at : at + 1]
                at += 1
            else:
                if at + 2 > len(packed):
                    return bytes(out[:limit])
                reference = packed[at] << 8 | packed[at + 1]
                at += 2
                offset, length = reference >> 4, (reference & 15) + 2
                if offset == write:
                    return bytes(out[:limit])
                for step in range(length):
                    byte = window[(offset + step) % 4_096]
                    window[(write + step) % 4_096] = byte
                    out.append(byte)
                write = (write + length) % 4_096
                continue
            window[write] = piece[0]
            write = (write + 1) % 4_096
            out += piece
    return bytes(out[:limit])


@dataclass(frozen=True, slots=True)
class _Group:
    """The properties that a group inherits from its outer group."""

    skipped: bool = False
    fonts: bool = False  # in the font table
    link: bool = False  # in a field instruction
    field: int = 0  # the depth of the enclosing field, 0 if there is none
    unicode_skip: int = 1  # fallback characters after a Unicode character, for old readers
    codec: str = ""  # of the font; `""`: that of the document


class RtfReader:
    """A reader for the plain text of one RTF document."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._bytes = bytearray()  # bytes in the font's charset that are not decoded yet
        self._group = _Group()
        self._groups: list[_Group] = []
        self._deeper = 0  # open groups beyond the limit
        self._codec = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._to_skip = 0
        self._star = False
        self._links: list[tuple[int, str]] = []  # (depth of the field's group, target)

    def read(self, rtf: bytes) -> str:
        """Return the text up to the first damage."""
        position = 0
        while match := _TOKEN.match(rtf, position):
            position = match.end()
            word, number, code, symbol, brace, words = match.groups()
            if word is not None:
                name = word.decode("ascii")
                if name == "bin" and number:
                    position += max(0, min(int(number), len(rtf)))
                    continue
                self._flush()
                self._control(name, int(number) if number else None)
            elif code is not None:
                self._byte(bytes((int(code, 16),)))
            elif brace is not None:
                self._flush()
                self._brace(brace)
            elif symbol is not None:
                self._symbol(symbol)
            elif words is not None:
                self._words(words)
        self._flush()
        text = "".join(self._out)
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _brace(self, brace: bytes) -> None:
        self._star = False
        if brace == b"{":
            if len(self._groups) < MAX_GROUPS:
                self._groups.append(self._group)
            else:
                self._deeper += 1
            return
        if self._deeper:
            self._deeper -= 1
        elif self._groups:
            self._group = self._groups.pop()
            self._to_skip = 0
            while self._links and self._links[-1][0] > len(self._groups):
                target = self._links.pop()[1]
                if target not in "".join(self._out[-3:]):
                    self._out.append(f" <{target}>")

    def _control(self, name: str, number: int | None) -> None:
        group = self._group
        if name in _SKIPPED or self._star:
            self._star = False
            self._group = replace(group, skipped=True, fonts=name == "fonttbl", link=name == "fldinst")
        elif name == "field":
            self._group = replace(group, field=len(self._groups))
        elif name == "u" and number is not None:
            if not group.skipped:
                self._out.append(chr(number % 65_536))
            self._to_skip = group.unicode_skip
        elif name == "uc":
            skip = max(0, min(number or 0, 10))
            if skip != group.unicode_skip:
                self._group = replace(group, unicode_skip=skip)
        elif name == "ansicpg" and number:
            self._codec = charset.codec_name(f"cp{number}") or ("utf_8" if number == 65_001 else self._codec)
        elif name == "f" and number is not None:
            self._font = number
            codec = self._fonts.get(number, "")
            if not group.fonts and codec != group.codec:
                self._group = replace(group, codec=codec)
        elif name == "fcharset" and group.fonts and len(self._fonts) < 1_000:
            self._fonts[self._font] = _FONT_CHARSETS.get(number or 0, "")
        elif name == "plain":
            self._group = replace(group, codec="")
        elif not group.skipped and name in _CONTROL_TEXT:
            self._out.append(_CONTROL_TEXT[name])

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._star = True
        elif self._to_skip:
            self._to_skip -= 1
        elif not self._group.skipped and symbol in _SYMBOLS:
            self._flush()
            self._out.append(_SYMBOLS[symbol])

    def _byte(self, byte: bytes) -> None:
        if self._to_skip:
            self._to_skip -= 1
        elif not self._group.skipped:
            self._bytes += byte

    def _words(self, words: bytes) -> None:
        if self._group.link:
            found = _LINK.search(words[:2_000])
            if found and self._group.field and len(self._links) < 100:
                self._links.append((self._group.field, found[1].decode("latin-1")))  # written after the field's text
        elif not self._group.skipped:
            self._bytes += words[self._to_skip :]
        self._to_skip = max(0, self._to_skip - len(words))

    def _flush(self) -> None:
        if self._bytes:
            codec = self._group.codec or self._codec
            errors = charset.REPLACE_PAIRS if codec in charset.MULTIBYTE else "replace"
            self._out.append(self._bytes.decode(codec, errors))
            self._bytes.clear()
