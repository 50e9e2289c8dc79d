"""The pytest plugin: load it with `-p deskctl.testing.pytest_plugin`, or in `pytest_plugins` of the top `conftest.py`.

It shows values in failed assertions of the contract, and provides the fixtures `desk`, a complete desk in a temporary
folder, and `unused_port`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("deskctl.testing.contract", "deskctl.testing.fakes")

from .desk import TemporaryDesk  # noqa: E402 (pytest rewrites only modules that are imported later)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TemporaryDesk]:
    """A desk with a SQLite store and without channels; see `TemporaryDesk`."""
    with TemporaryDesk(tmp_path / "desk") as temporary:
        yield temporary


@pytest.fixture
def unused_port() -> int:
    """A free port of 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
