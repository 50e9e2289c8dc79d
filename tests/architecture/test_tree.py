"""The source tree: names and docstrings."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.tree import ROOT, tracked

PACKAGES = ("deskctl/*.py", "plugins/*/deskctl_*/*.py")
VAGUE = re.compile(r"(^|_)(utils?|helpers?|misc|common|managers?|services?)($|_)")
VAGUE_CLASS = re.compile(r"^class \w+(Manager|Service|Helper|Util)\b", re.MULTILINE)


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
    without = [str(path) for path in tracked(*PACKAGES) if not ast.get_docstring(ast.parse((ROOT / path).read_text()))]
    assert without == []


def test_no_module_is_unfinished() -> None:
    unfinished = re.compile(r"NotImplementedError|\b(TODO|FIXME|XXX)\b")
    found = [str(path) for path in tracked(*PACKAGES) if unfinished.search((ROOT / path).read_text())]
    assert found == []
