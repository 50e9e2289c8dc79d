"""Unit tests need no server: while one runs, a socket that is not a Unix socket and the PostgreSQL driver are refused.

With DESKCTL_UNIT=1 (`make test-unit`) they are refused from the start, so that the run needs neither of them.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[2]
#: The folders of unit tests, as in `UNIT` in the Makefile.
FOLDERS = tuple(_ROOT / folder for folder in ("tests/unit", "plugins/email/tests/parse"))
_always = os.environ.get("DESKCTL_UNIT") == "1"
_refusing = _always


class NotIsolated(Exception):
    """Raised where a unit test uses the network or a database server."""


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not _refusing:
        return
    if event == "socket.__new__" and arguments[1] not in (socket.AF_UNIX, -1):
        raise NotIsolated("a unit test opened a network socket; move it to a folder that may use servers")
    if event == "import" and arguments[0].partition(".")[0] in ("psycopg", "psycopg_binary"):
        raise NotIsolated("a unit test imported the PostgreSQL driver; move it to a folder that may use servers")


def pytest_configure(config: pytest.Config) -> None:
    sys.addaudithook(_watch)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in FOLDERS):
            item.add_marker("unit")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    global _refusing
    _refusing = _always or item.get_closest_marker("unit") is not None
    try:
        return (yield)
    finally:
        _refusing = _always
