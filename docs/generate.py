"""Write the reference pages that are made from the code: `make docs`. A test compares the pages with the code."""

from __future__ import annotations

import sys
from pathlib import Path

from deskctl.cli.query_reference import reference as queries
from deskctl.cli.reference import reference as commands
from deskctl.cli.undo_reference import reference as undo
from deskctl.config.reference import reference as configuration
from deskctl.plugins import manager

ROOT = Path(__file__).resolve().parents[1]


def pages() -> dict[Path, str]:
    """Return each generated page with its expected content."""
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    return {
        ROOT / "docs/reference/commands.md": commands(),
        ROOT / "docs/reference/undo.md": undo(),
        ROOT / "docs/reference/queries.md": queries(),
        ROOT / "docs/reference/configuration-keys.md": configuration(example, manager.load().channel_types),
    }


def main(arguments: list[str]) -> int:
    """Write the pages; with `--check`, print the names of the pages that differ instead, and return 1 if any does."""
    differing = {path: text for path, text in pages().items() if path.read_text(encoding="utf-8") != text}
    if "--check" in arguments:
        for path in differing:
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")
        return bool(differing)
    for path, text in differing.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
