"""Check numbers against what a store can hold: signed 64 bits, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...errors import NotFound

LARGEST = 2**63 - 1


def check(values: Iterable[Any]) -> None:
    """Raise NotFound for an integer, alone or in a tuple, that no store can hold."""
    for value in values:
        if type(value) is int:
            bounded(value)
        elif isinstance(value, tuple):
            check(value)


def bounded(value: int) -> int:
    """Return the number. Raises NotFound beyond 64 bits: nothing has it."""
    if -LARGEST <= value <= LARGEST:
        return value
    shown = str(value) if value.bit_length() < 200 else f"a number of {value.bit_length()} bits"
    raise NotFound(f"nothing has the number {shown}", f"the largest number is {LARGEST}")
