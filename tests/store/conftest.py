"""Provide an open store on each database, and a clock that the test sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from deskctl.core.kernel.settings import Settings
from deskctl.store import Store
from tests.store.build import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reopen(desk_url: str, clock: Clock) -> Iterator[Callable[..., Store]]:
    """Open the store of this test, each time with a new connection."""
    opened: list[Store] = []

    def open_store(owner: str = "this daemon") -> Store:
        opened.append(Store.open(desk_url, Settings(), clock, busy=20.0, owner=owner))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Callable[..., Store]) -> Store:
    """Return a new, empty store."""
    return reopen()
