"""The base of the features' repositories."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Generic, Self, TypeVar

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


class Grouped(Generic[K, V]):
    """Stored items by key, several for each key.

    Keys that were announced with `expect` are fetched together when the first of them is needed, so that a batch needs
    one call and a transaction that needs none makes none. Keys that are new in this transaction are given with `add`:
    the store has no items for them.
    """

    def __init__(self, fetch: Callable[[Collection[K]], Iterable[tuple[K, V]]]) -> None:
        self._fetch = fetch
        self._items: dict[K, list[V]] = {}
        self._expected: dict[K, None] = {}

    def expect(self, keys: Iterable[K]) -> None:
        """Announce keys whose items may be needed."""
        self._expected.update((key, None) for key in keys if key not in self._items)

    def add(self, key: K) -> None:
        """Record that a key is new, so that the store has no items for it."""
        self._items[key] = []

    def of(self, keys: Iterable[K]) -> Sequence[V]:
        """Return the items of these keys, in the order of the keys, then in stored order."""
        wanted = list(dict.fromkeys(keys))
        missing = [key for key in wanted if key not in self._items]
        if missing:
            missing = list(dict.fromkeys((*missing, *(key for key in self._expected if key not in self._items))))
            self._expected.clear()
            self._items.update((key, []) for key in missing)
            for key, item in self._fetch(missing):
                self._items[key].append(item)
        return [item for key in wanted for item in self._items[key]]

    def clear(self) -> None:
        """Discard what was fetched."""
        self._items.clear()
