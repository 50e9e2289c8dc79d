"""The base of the features' repositories."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from .unit import Unit

K = TypeVar("K")
V = TypeVar("V")


class Repository:
    """The part of a unit that one feature loads and writes.

    A repository reads from what this transaction made, then from what it loaded, then from its source. Each feature
    has one in `repository.py`, with the Protocol of its source and the class of its changes.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit = unit

    @classmethod
    def of(cls, unit: Unit) -> Self:
        """Return the unit's repository of this class."""
        return unit.repository(cls)


def load_missing(
    cache: dict[K, V | None],
    keys: Iterable[K],
    fetch: Callable[[Collection[K]], Iterable[V]],
    key_of: Callable[[V], K],
) -> None:
    """Fetch what the cache lacks in one call; a key without an item is cached as None."""
    missing = [k for k in dict.fromkeys(keys) if k not in cache]
    if missing:
        cache.update(dict.fromkeys(missing))
        cache.update((key_of(item), item) for item in fetch(missing))
