"""The layers: import contracts, and imports of a short command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import ROOT


def test_import_contracts_are_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_running_desk_does_not_import_test_tools() -> None:
    code = "import sys, deskctl.cli.main, deskctl.daemon; print([m for m in sys.modules if 'deskctl.testing' in m])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_command_line_does_not_import_heavy_modules() -> None:
    """The imports decide how fast a short command is."""
    heavy = [
        "sqlalchemy",
        "alembic",
        "rich",
        "cattrs",
        "pluggy",
        "deskctl_email",
        "asyncio",
        "lxml",
        "charset_normalizer",
    ]
    code = f"import sys, deskctl.cli.main; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
