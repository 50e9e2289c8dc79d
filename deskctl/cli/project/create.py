"""Creation of a plugin project from a template, a small working plugin with the name pigeon."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ...errors import Refused, UsageError
from ...i18n import _
from .names import Names

TEMPLATES: Final = Path(__file__).parent / "templates"
KINDS: Final = ("channel", "automation", "action")
#: The dependency in the template; a new project requires the version of deskctl that created it.
_BOUNDS: Final = "deskctl>=0.1,<0.2"


def create(kind: str, names: Names, folder: Path, version: str) -> list[Path]:
    """Write the project into `folder`, which must be empty or absent. Return the files, relative to it.

    Raises Refused if the folder is not empty, UsageError if it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = _("{folder} already exists", folder=folder)
        raise Refused(what, _("pass another folder with --dir, or move the existing one"))
    written = []
    try:
        for relative in sorted(_files(TEMPLATES / kind)):
            target = Path(_renamed(str(relative), names))
            if target.name == "gitignore":  # as .gitignore it would hide files of the template
                target = target.with_name(".gitignore")
            text = (TEMPLATES / kind / relative).read_text(encoding="utf-8")
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            with (folder / target).open("x", encoding="utf-8") as file:
                file.write(_renamed(text.replace(_BOUNDS, bounds(version)), names))
            written.append(target)
    except OSError as error:
        if written:
            shutil.rmtree(folder, ignore_errors=True)
        what = _("cannot write {file}: {error}", file=error.filename or folder, error=error.strerror)
        raise UsageError(what) from None
    return written


def bounds(version: str) -> str:
    """Return the requirement on deskctl: this version or a later one, below the next incompatible one."""
    major, minor = (int(part) for part in version.split(".")[:2])
    upper = f"{major + 1}" if major else f"0.{minor + 1}"
    return f"deskctl>={major}.{minor},<{upper}"


def _files(template: Path) -> Iterator[Path]:
    """Return the files of a template, relative to it, without caches of tools."""
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
