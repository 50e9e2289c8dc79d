"""Find plugins: built-in ones, installed distributions, and one-file plugins in a folder."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

from ..config.trust import check_trust
from ..dataclass import dataclass
from ..errors import ConfigError
from ..i18n import _

ENTRY_POINTS = "deskctl"


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin that was found. `source`: "built in", the name of a distribution, or a file. `requires` are the
    requirements of its distribution.
    """

    name: str
    source: str
    version: str | None
    load: Callable[[], object]
    requires: Sequence[str] = ()


def built_in() -> Iterator[Found]:
    from .. import __version__

    yield Found("console", "built in", __version__, lambda: importlib.import_module("deskctl.plugins.console"))


def installed() -> Iterator[Found]:
    """Yield the plugins of the entry-point group `deskctl`, sorted by name for a stable order."""
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        dist = entry.dist
        if dist is None:
            yield Found(entry.name, entry.value, None, entry.load)
        else:
            yield Found(entry.name, dist.name, dist.version, entry.load, dist.requires or ())


def in_folder(folder: Path) -> Iterator[Found]:
    """Yield one plugin for each file `NAME.py`. A file is loaded only if no other user can change it.

    Raises ConfigError if the folder itself cannot be trusted.
    """
    try:
        why = str(check_trust(folder, must_be_own=True, folder=True) or "")
        files = sorted(file for file in folder.iterdir() if file.suffix == ".py" and not file.name.startswith("_"))
    except OSError as error:
        why, files = f"{folder} cannot be read: {error.strerror}", []
    if why:
        raise ConfigError(_("{why}, so its plugins are not loaded", why=why))
    for file in files:
        yield Found(file.stem, str(file), None, lambda file=file: _module(file))  # type: ignore[misc]


def _module(file: Path) -> ModuleType:
    try:
        why = str(check_trust(file, must_be_own=True) or "")
    except OSError as error:
        why = f"{file} cannot be read: {error.strerror}"
    if why:
        raise ConfigError(why)
    name = f"deskctl_plugin_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ConfigError(_("{file} is not a Python module", file=file))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look up their module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
