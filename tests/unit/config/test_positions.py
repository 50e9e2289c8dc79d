"""The line of a key is found for every way to write it in TOML."""

from __future__ import annotations

from typing import Any

import tomli
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from deskctl.config.positions import Positions
from deskctl.config.problems import KeyPath

EVERY_WAY = '''\
# a comment with [brackets] = "and" keys
title = "x # not a comment"   # = a comment
a.b.'c d' = 1
"quoted \\"key\\"" = { one = 1, "two" = [1, { three = 3 }] }
many = [   # a list
  "x]",
  \'\'\'
  several = "lines"
  \'\'\',
  { deep = true },
]

[table . "inner.dot"]
text = """
[not.a.table]
key = 1
"""
date = 2026-03-01T09:00:00Z

[[items]]
name = "one"
[[items]]
name = "two"
[items.sub]
key = 2
'''

EXPECTED: dict[KeyPath, int] = {
    ("title",): 2,
    ("a",): 3,
    ("a", "b", "c d"): 3,
    ('quoted "key"',): 4,
    ('quoted "key"', "two", 1, "three"): 4,
    ("many",): 5,
    ("many", 0): 6,
    ("many", 1): 7,
    ("many", 2, "deep"): 10,
    ("table", "inner.dot"): 13,
    ("table", "inner.dot", "text"): 14,
    ("table", "inner.dot", "date"): 18,
    ("items", 0, "name"): 21,
    ("items", 1): 22,
    ("items", 1, "name"): 23,
    ("items", 1, "sub"): 24,
    ("items", 1, "sub", "key"): 25,
}


def test_positions_of_every_key_syntax() -> None:
    tomli.loads(EVERY_WAY)  # the example is valid
    positions = Positions(EVERY_WAY)

    assert {path: positions.line(path) for path in EXPECTED} == EXPECTED


def test_missing_key_has_the_line_of_its_table() -> None:
    positions = Positions(EVERY_WAY)

    assert positions.line(("table", "inner.dot", "nothing")) == 13
    assert positions.line(("nowhere",)) == 1


KEYS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=4
)
VALUES = st.recursive(
    st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_positions_of_generated_documents(data: dict[str, Any]) -> None:
    text = tomlkit.dumps(data)
    positions = Positions(text)
    lines = text.split("\n")

    for key in data:
        line = lines[positions.line((key,)) - 1]
        written = tomlkit.key(key).as_string()
        assert line.lstrip("[").startswith(written), (key, line)
