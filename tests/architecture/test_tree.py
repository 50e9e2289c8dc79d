"""The source tree: size of modules, names, and docstrings."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import ROOT, tracked

PACKAGES = ("deskctl/*.py", "plugins/*/deskctl_*/*.py")
VAGUE = re.compile(r"(^|_)(utils?|helpers?|misc|common|managers?|services?)($|_)")
VAGUE_CLASS = re.compile(r"^class \w+(Manager|Service|Helper|Util)\b", re.MULTILINE)


def test_modules_have_at_most_400_lines() -> None:
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path in tracked(*PACKAGES)}
    assert lengths
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_median_module_has_at_most_150_lines() -> None:
    lengths = sorted(len((ROOT / path).read_text().splitlines()) for path in tracked(*PACKAGES))
    assert lengths[len(lengths) // 2] <= 150


def test_names_are_specific() -> None:
    """`plugins/manager.py` is the only exception, because pluggy calls its object a manager."""
    vague = [path for path in tracked(*PACKAGES) if VAGUE.search(path.stem) and path.name != "manager.py"]
    assert vague == []
    assert [str(path) for path in tracked(*PACKAGES) if VAGUE_CLASS.search((ROOT / path).read_text())] == []


@pytest.mark.parametrize("folder", sorted(path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()))
def test_folder_of_plugin_is_not_a_package(folder: str) -> None:
    """`plugins/email/__init__.py` would hide the module `email` of the standard library."""
    assert not (ROOT / "plugins" / folder / "__init__.py").exists()
    assert not (ROOT / "plugins" / folder / "tests" / "__init__.py").exists()


def test_every_module_has_a_docstring() -> None:
    without = [
        str(path) for path in tracked(*PACKAGES) if not (ROOT / path).read_text().lstrip().startswith(('"""', 'r"""'))
    ]
    assert without == []


def test_no_module_is_unfinished() -> None:
    unfinished = re.compile(r"NotImplementedError|\b(TODO|FIXME|XXX)\b")
    found = [str(path) for path in tracked(*PACKAGES) if unfinished.search((ROOT / path).read_text())]
    assert found == []
