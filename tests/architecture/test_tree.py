"""The tree tells what the project is made of: small files, the field's words, nothing that shadows."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import ROOT, tracked

PACKAGES = ("deskctl/*.py", "plugins/*/deskctl_*/*.py")
VAGUE = re.compile(r"(^|_)(utils?|helpers?|misc|common|managers?|services?)($|_)")
VAGUE_CLASS = re.compile(r"^class \w+(Manager|Service|Helper|Util)\b", re.MULTILINE)


def test_no_module_is_longer_than_one_reading() -> None:
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path in tracked(*PACKAGES)}
    assert lengths
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_the_typical_module_is_short() -> None:
    lengths = sorted(len((ROOT / path).read_text().splitlines()) for path in tracked(*PACKAGES))
    assert lengths[len(lengths) // 2] <= 150


def test_names_are_words_of_the_field() -> None:
    """`plugins/manager.py` is the one exception: pluggy's own word for what it does."""
    vague = [path for path in tracked(*PACKAGES) if VAGUE.search(path.stem) and path.name != "manager.py"]
    assert vague == []
    assert [str(path) for path in tracked(*PACKAGES) if VAGUE_CLASS.search((ROOT / path).read_text())] == []


@pytest.mark.parametrize("folder", sorted(path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()))
def test_a_plugins_folder_is_no_package(folder: str) -> None:
    """`plugins/email/__init__.py` would make `email` the plugin instead of the standard library's module."""
    assert not (ROOT / "plugins" / folder / "__init__.py").exists()
    assert not (ROOT / "plugins" / folder / "tests" / "__init__.py").exists()


def test_every_module_says_what_it_is_for() -> None:
    without = [
        str(path) for path in tracked(*PACKAGES) if not (ROOT / path).read_text().lstrip().startswith(('"""', 'r"""'))
    ]
    assert without == []


def test_nothing_is_left_for_later() -> None:
    unfinished = re.compile(r"NotImplementedError|\b(TODO|FIXME|XXX)\b")
    found = [str(path) for path in tracked(*PACKAGES) if unfinished.search((ROOT / path).read_text())]
    assert found == []
