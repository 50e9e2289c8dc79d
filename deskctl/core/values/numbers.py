"""Check numbers against what a store can hold: signed 64 bits, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...errors import NotFound
from ...i18n import _

LARGEST = 2**63 - 1


def check(values: Iterable[Any]) -> None:
    """Raise NotFound for an integer, alone or in a tuple, that no store can hold."""
    for value in values:
        if type(value) is int:
            bounded(value)
        elif isinstance(value, tuple):
            check(value)


def bounded(value: int) -> int:
    """Return the number. Raises NotFound beyond 64 bits."""
    if -LARGEST <= value <= LARGEST:
        return value
    hint = _("the largest number is {largest}", largest=str(LARGEST))
    if value.bit_length() < 200:
        raise NotFound(_("nothing has the number {number}", number=str(value)), hint)
    raise NotFound(_("nothing has a number of {bits} bits", bits=value.bit_length()), hint)
