"""The translatable messages of the plugin: `_` takes them from the catalogue `deskctl_email`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from deskctl.plugins import translator

_ = translator("deskctl_email")
_n = _.plural


def joined(parts: Sequence[str]) -> str:
    """Return the parts as one text that stays translatable, separated by semicolons."""
    return reduce(lambda first, second: _("{first}; {second}", first=first, second=second), parts)
