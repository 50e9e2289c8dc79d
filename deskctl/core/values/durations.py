"""Parse and format durations such as `15m`, `1h30m` and `3d`; a day has 24 hours, a week seven days."""

from __future__ import annotations

import re
from datetime import timedelta

from ...errors import UsageError
from ...i18n import Text, _

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)


#: The maximum of a duration. Larger values would overflow the calculations with dates.
_LONGEST = timedelta(days=10_000_000)
#: The maximum of a duration that is added to a moment.
LONGEST_WAIT = timedelta(days=36_500)


def parse_wait(text: str, option: str = "") -> timedelta:
    """Parse a waiting time of at most a hundred years. Raises UsageError."""
    length = parse_duration(text, option)
    if length > LONGEST_WAIT:
        raise UsageError(
            _located(option, _("“{text}” is too long", text=text)), _("use at most 100 years, for example 15m or 1h30m")
        )
    return length


def parse_duration(text: str, option: str = "") -> timedelta:
    """Parse a duration. Raises UsageError, which names `option`."""
    wanted = text.strip().lower().removeprefix("+")
    parts = _PART.findall(wanted)
    if not parts or _PART.sub("", wanted):
        raise UsageError(
            _located(option, _("not a duration: “{text}”", text=text)),
            _("use a number and s, m, h, d or w, for example 15m or 1h30m"),
        )
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in parts)
    if seconds > _LONGEST.total_seconds():
        raise UsageError(_located(option, _("“{text}” is too long", text=text)), _("use for example 15m or 1h30m"))
    length = timedelta(seconds=seconds)
    if not length:
        raise UsageError(_located(option, _("a duration must be longer than zero")), _("use for example 15m"))
    return length


def _located(option: str, message: Text) -> Text:
    """Return a message with the option or key that it is about."""
    return _("{where}: {message}", where=option, message=message) if option else message


def written(length: timedelta) -> str:
    """Return the shortest text for a duration, in whole seconds."""
    left = int(length.total_seconds())
    words = ""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        words += f"{count}{unit}" if count else ""
    return words or "0s"
