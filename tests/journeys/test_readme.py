"""The commands of the README work."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.servers import zygote


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_commands_of_plugin_readmes_work(tmp_path: Path) -> None:
    blocks = re.findall(r"(?:^    .+\n)+", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    commands = [line.strip() for block in blocks for line in block.splitlines()]
    pasted = [line for line in commands if not line.startswith(("make ", "pip "))]
    assert len(pasted) > 10
    path = os.pathsep.join([str(zygote.shared().script.parent), os.environ["PATH"]])
    environ = {"HOME": str(tmp_path), "PATH": path, "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(pasted)],
        cwd=tmp_path, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1\tnew\tnormal\tPrinter" in done.stdout
    assert "replied on #1" in done.stdout
