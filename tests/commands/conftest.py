"""A desk on a real store, for commands that look at what earlier transactions left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import leaks
from tests.servers.fixtures import StoreCopy

from .desk import StoredDesk


@pytest.fixture
def desk_url(store_copy: StoreCopy) -> str:
    """The URL of a new store with three agents, once for each engine."""
    return store_copy("staffed", StoredDesk.fill)


@pytest.fixture
def desk(desk_url: str) -> Iterator[StoredDesk]:
    desk = StoredDesk(desk_url)
    yield desk
    leaks.check_open(desk.store)
    desk.close()
