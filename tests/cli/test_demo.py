"""`deskctl demo` exits with 0 only if all its checks pass."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.cli.shell import Shell


@pytest.mark.slow
def test_demo_passes_its_checks_and_cleans_up(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    out = shell("demo", env={"TMPDIR": str(tmp_path)}).out
    assert "✗" not in out
    for words in ("deskctl list", "deskctl take 1", "deskctl reply 1", "deskctl escalate 1", "deskctl solve 1"):
        assert f"$ {words}" in out or f"lead {words.removeprefix('deskctl ')}" in out
    assert "환불 요청드립니다" in out
    for words in ("deskctl contact link 2", "deskctl reply 2 --via tg", "deskctl kb add", "deskctl kb stats"):
        assert f"$ {words}" in out
    assert "one customer with one timeline" in out
    assert "1 solved" in out
    assert "checks passed" in out
    assert list(tmp_path.iterdir()) == []
    assert Path(tempfile.gettempdir()) != tmp_path
