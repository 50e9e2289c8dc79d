"""The work of each parser grows at most in proportion to the size of any input.

Each shape is measured at one size and at four times the size. `make test-long` uses sizes up to 1 MB.
"""

from __future__ import annotations

import os

import pytest

from deskctl.testing import growth
from tests.growth.parsers import PARSERS
from tests.growth.shapes import HTML, RTF, TEXTS

LONG = bool(os.environ.get("DESKCTL_LONG"))
SIZE = 250_000 if LONG else 4_000


def test_there_are_enough_shapes():
    assert len({**TEXTS, **HTML}) >= 40


def test_quadratic_work_is_found():
    found = growth.measure(lambda text: [text[at:] for at in range(len(text))], lambda size: "a" * size, 8_000)
    assert not found.bounded


def test_linear_work_is_accepted():
    found = growth.measure(lambda text: [ord(character) for character in text], lambda size: "a" * size, 400_000)
    assert found.bounded


@pytest.mark.parametrize("name", PARSERS)
def test_work_grows_in_proportion_to_the_input(name):
    parser = PARSERS[name]
    shapes = {**(TEXTS if parser.words else {}), **(HTML if parser.html else {}), **(RTF if "RTF" in name else {})}
    if not LONG and name.startswith("mail: "):  # these parsers share most code: each gets other shapes
        shapes = dict(list(shapes.items())[sum(map(ord, name)) % 6 :: 6])
    found = {
        shape: growth.measure(parser.function, lambda size, make=make: parser.make(make(size)), SIZE)
        for shape, make in shapes.items()
    }
    slow = [f"{shape}: {one}" for shape, one in found.items() if not one.bounded]
    assert slow == []
