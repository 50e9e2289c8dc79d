"""Durations as written in the configuration: "60s", "5m", "2h", "4d", "1h30m"."""

from __future__ import annotations

import re
from datetime import timedelta

from deskctl.i18n import _

from .problems import Invalid

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
#: A hundred years. A duration of this length can still be added to any moment.
_LONGEST = timedelta(days=36_500)
_PART = re.compile(r"(\d{1,9})\s*([smhdw])")
_WHOLE = re.compile(rf"(?:{_PART.pattern}\s*)+", re.ASCII)


def duration(words: str) -> timedelta:
    """Parse a duration. The units are s, m, h, d (24 hours) and w, the largest first.

    Raises Invalid.
    """
    text = words.strip().lower()
    if not _WHOLE.fullmatch(text):
        raise Invalid(
            _('not a duration: {words}; use a number and a unit, as in "60s", "5m", "2h" or "4d"', words=repr(words))
        )
    parts = [(int(number), _SECONDS[unit]) for number, unit in _PART.findall(text)]
    units = [unit for _, unit in parts]
    if units != sorted(set(units), reverse=True):
        raise Invalid(
            _('not a duration: {words}; use each unit once, the largest first, as in "1h30m"', words=repr(words))
        )
    seconds = sum(number * unit for number, unit in parts)
    if seconds > _LONGEST.total_seconds():
        raise Invalid(
            _("duration too long: {words}; the maximum is {days} days", words=repr(words), days=_LONGEST.days)
        )
    return timedelta(seconds=seconds)


def format_duration(length: timedelta) -> str:
    """Format a duration of whole seconds as short as possible. `format_duration(duration(x))` means the same as `x`."""
    seconds = int(length.total_seconds())
    words = ""
    for unit, size in sorted(_SECONDS.items(), key=lambda item: -item[1]):
        if unit == "w":
            continue  # "14d" is easier to read than "2w"
        count, seconds = divmod(seconds, size)
        words += f"{count}{unit}" if count else ""
    return words or "0s"
