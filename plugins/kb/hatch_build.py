"""Compile the message catalogues of a distribution when it is built or installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface[Any]):
    """Writes a `.mo` file beside each `.po` file below the project, for wheels and editable installations."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        for path in compiled(Path(self.root)):
            build_data["artifacts"].append(f"/{path.relative_to(self.root).as_posix()}")


def compiled(root: Path) -> Iterator[Path]:
    """Compile the catalogues in the packages of a project where they are out of date; return the compiled files."""
    for source in sorted(root.glob("*/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            from babel.messages.mofile import write_mo
            from babel.messages.pofile import read_po

            with source.open("rb") as file:
                catalogue = read_po(file, locale=source.parts[-3])
            part = target.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as file:
                write_mo(file, catalogue)
            part.replace(target)  # another process may read or write it at this moment
        yield target


if __name__ == "__main__":
    for folder in sys.argv[1:] or ["."]:
        for _ in compiled(Path(folder)):
            pass
