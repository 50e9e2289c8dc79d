"""The checkout, as the tests of its shape look at it."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def tracked(*patterns: str) -> list[Path]:
    """The files that belong to the project, relative to its top; new ones that git does not ignore are included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30).stdout
    return [path for line in sorted(set(said.splitlines())) if (path := Path(line)) and (ROOT / path).is_file()]
