"""Write the reference pages that are made from the code: `make docs`. A test compares the pages with the code."""

from __future__ import annotations

from pathlib import Path

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
        ROOT / "docs/reference/configuration-keys.md": configuration(example, manager.load().channel_types),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
