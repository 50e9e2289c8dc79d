"""Make a project from a template: a whole little plugin, called pigeon, in which the name is changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ...errors import Refused, UsageError
from .names import Names

TEMPLATES: Final = Path(__file__).parent / "templates"
KINDS: Final = ("channel", "automation")
#: The template's dependency; a new project asks for the version that it was made with.
_BOUNDS: Final = "deskctl>=0.1,<0.2"


def create(kind: str, names: Names, folder: Path, version: str) -> list[Path]:
    """Write the project into `folder`, which must not be there or be empty; the files, relative to it.

    Raises Refused when there is something already, UsageError when it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is there already", "give another folder with --dir, or move it away")
    written = []
    try:
        for relative in sorted(_files(TEMPLATES / kind)):
            target = Path(_renamed(str(relative), names))
            if target.name == "gitignore":  # under its real name it would hide files of the template itself
                target = target.with_name(".gitignore")
            text = (TEMPLATES / kind / relative).read_text(encoding="utf-8")
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            with (folder / target).open("x", encoding="utf-8") as file:
                file.write(_renamed(text.replace(_BOUNDS, bounds(version)), names))
            written.append(target)
    except OSError as error:
        if written:
            shutil.rmtree(folder, ignore_errors=True)
        raise UsageError(f"{error.filename or folder} cannot be written: {error.strerror}") from None
    return written


def bounds(version: str) -> str:
    """The requirement of a plugin on deskctl: this version or a later one, up to the next that may break it."""
    major, minor = (int(part) for part in version.split(".")[:2])
    upper = f"{major + 1}" if major else f"0.{minor + 1}"
    return f"deskctl>={major}.{minor},<{upper}"


def _files(template: Path) -> Iterator[Path]:
    """The files of a template, relative to it; not what tools left behind when it was tried where it lies."""
    for path in template.rglob("*"):
        relative = path.relative_to(template)
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in relative.parts):
            yield relative


def _renamed(text: str, names: Names) -> str:
    for word, name in (
        ("deskctl_pigeon", names.package),
        ("deskctl-pigeon", names.distribution),
        ("PIGEON", names.constant),
        ("Pigeon", names.cls),
        ("pigeon", names.plugin),
    ):
        text = text.replace(word, name)
    return text
