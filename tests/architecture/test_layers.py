"""Imports go down only, and each library stays where it belongs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import ROOT


def test_every_import_contract_is_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_kit_for_plugin_authors_is_no_part_of_the_running_desk() -> None:
    code = "import sys, deskctl.cli.main, deskctl.daemon; print([m for m in sys.modules if 'deskctl.testing' in m])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_shell_starts_without_what_only_some_commands_need() -> None:
    """A short command is as fast as what it imports."""
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
