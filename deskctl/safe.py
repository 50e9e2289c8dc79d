"""Make text of customers safe to display: control, invisible and bidirectional characters become visible.

Sources: Trojan Source (https://trojansource.codes) for the bidirectional controls; ECMA-48 for CSI, OSC and C1.
"""

from __future__ import annotations

import re
from functools import lru_cache

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_ONE_LINE = f"[\x00-\x1f\x7f-\x9f{_INVISIBLE}]"
_LINES = f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_INVISIBLE}]"
_JSON = f"[\x7f-\x9f{_INVISIBLE}]"
#: Combining marks. No script stacks as many as `_STACK` on one letter; more of them would overwrite other lines.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0f71-\u0f84"
    "\u1160-\u11ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f"
)
_STACK = 8
_FLOOD = f"([{_MARKS}]{{{_STACK}}})([{_MARKS}]+)"
# Compiled on first use: every command imports this module, and a list of ordinary subjects needs no pattern.
_compiled = lru_cache(re.compile)
#: Invisible characters that `str.isprintable` accepts.
_DECEPTIVE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0")
_JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    """Return text as one line that is safe on a terminal. Line breaks and tabs become visible signs too."""
    text = _drained(text)
    return text if _clean(text) else _compiled(_ONE_LINE).sub(_sign, text)


def visible_lines(text: str) -> str:
    """Return text of several lines that is safe on a terminal. Line breaks stay, and tabs become spaces."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(8)
    return _compiled(_LINES).sub(_sign, _drained(text))


def plain_name(text: str, sign: str = "_") -> str:
    """Return the text with `sign` in place of each unsafe character, for example for a file name."""
    text = _compiled(_FLOOD).sub(r"\1", text)
    cleaned: str = _compiled(_ONE_LINE).sub(lambda m: m[0] if _sign(m) == m[0] else sign, text)
    return cleaned


def json_text(document: str) -> str:
    """Return a JSON document in which unsafe characters are escaped. Its meaning does not change."""
    if not document.isascii():
        document = _compiled(_FLOOD).sub(lambda m: m[1] + "".join(_escaped(ord(mark)) for mark in m[2]), document)
    return document if _clean(document) else _compiled(_JSON).sub(lambda m: _escaped(ord(m[0])), document)


def _drained(text: str) -> str:
    """Return the text with an ellipsis in place of excess combining marks on one letter."""
    return text if text.isascii() else _compiled(_FLOOD).sub(r"\1…", text)


def _clean(text: str) -> bool:
    """Check quickly if text is safe. True is reliable; False may be wrong."""
    return text.isprintable() and (text.isascii() or not (_DECEPTIVE.intersection(text) or max(text) >= "\U000e0000"))


def _sign(match: re.Match[str]) -> str:
    character = match[0]
    if character in _JOINERS and _joins(match.string, match.start()):
        return character
    if "\U000e0100" <= character <= "\U000e01ef" and _selects(match.string, match.start()):
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)  # a control picture: ␛ for ESC
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def _joins(text: str, at: int) -> bool:
    """Return True for a joiner between letters of Arabic, Persian or Indic scripts or emoji, where it has meaning."""
    return 0 < at < len(text) - 1 and text[at - 1] >= "\u0600" and text[at + 1] >= "\u0600"


def _selects(text: str, at: int) -> bool:
    """Return True for a variation selector after a Han letter, where it selects a form (used in Japanese names)."""
    before = text[at - 1 : at]
    return "\u3400" <= before <= "\u9fff" or "\uf900" <= before <= "\ufaff" or "\U00020000" <= before <= "\U000323af"


def _escaped(code: int) -> str:
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
