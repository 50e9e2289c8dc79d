"""Normalise telephone numbers, so that every spelling of a number is the same address."""

from __future__ import annotations

import re

from ...normalization import normalize

_BETWEEN = re.compile(r"[\s().\-/\u2010-\u2015\u2212]+")
_NUMBER = re.compile(r"\+?[0-9*#]{1,20}")


def normalised(text: str) -> str | None:
    """Return a number in digits, `+82-2-555-0101` as `+8225550101`; None if the text is not a number.

    Punctuation between the digits is removed, and so is the `(0)` after a country code. A number without a country
    code is returned without one, because its country is not known.
    """
    typed = normalize("NFKC", text).strip()
    typed = typed[4:] if typed[:4].lower() == "tel:" else typed
    if typed.startswith("+"):
        typed = typed.replace("(0)", "", 1)
    number = _BETWEEN.sub("", typed)
    return number if _NUMBER.fullmatch(number) and any(ch.isdigit() for ch in number) else None


#: The minimum number of digits to compare a number without a country code with a number that has one.
_ENOUGH = 7


def same(one: str, other: str) -> bool:
    """Return True if two numbers may be the same: `02-555-0101` matches `+82-2-555-0101` in any country."""
    if _international(one) is _international(other):
        return _digits(one) == _digits(other)
    abroad, here = (one, other) if _international(one) else (other, one)
    whole, national = _digits(abroad), _digits(here)
    return len(national) >= _ENOUGH and whole.endswith(national) and 1 <= len(whole) - len(national) <= 3


def _international(number: str) -> bool:
    return number.startswith(("+", "00"))


def _digits(number: str) -> str:
    """Return the digits without the trunk prefix (0) or the international prefix (00)."""
    return re.sub(r"[^0-9]", "", number).lstrip("0")
