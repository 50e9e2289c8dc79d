"""A desk on a real store, for commands that look at what earlier transactions left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import leaks

from .desk import StoredDesk


@pytest.fixture
def desk(desk_url: str) -> Iterator[StoredDesk]:
    desk = StoredDesk(desk_url)
    yield desk
    desk.close()
    leaks.check(desk_url)
