"""The order of a test run."""

from __future__ import annotations

from tests.servers.order import LONGEST


def test_files_with_long_tests_exist() -> None:
    assert [path for path in LONGEST if not path.exists()] == []
