"""For pytest: `-p deskctl.testing.pytest_plugin`, or `pytest_plugins` of the top `conftest.py`.

Failures of the contract are shown with their values, and there are the fixtures `desk`, a whole desk in a temporary
folder, and `unused_port`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("deskctl.testing.contract", "deskctl.testing.fakes")

from .desk import TemporaryDesk  # noqa: E402 (what is imported before is not rewritten)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TemporaryDesk]:
    """A desk on SQLite without channels; see `TemporaryDesk`."""
    with TemporaryDesk(tmp_path / "desk") as made:
        yield made


@pytest.fixture
def unused_port() -> int:
    """A port of 127.0.0.1 that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
