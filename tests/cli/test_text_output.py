"""Safe text, tables, cutting and wrapping."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl.cli.output import Column, field, json_line, plain, table
from deskctl.cli.text_input import decode_text
from deskctl.cli.width import cut, pad, width, wrap
from deskctl.safe import json_text, visible, visible_lines

HOSTILE = [
    "\x1b[2J",  # CSI
    "\x1b]0;title\x07",  # OSC
    "\x9b31m",  # CSI in one byte
    "\u202egnp.exe",  # right-to-left override
    "a\u200bb",  # zero width
    "line\rover",
    "tab\tnew\nline",
    "\u2066x\u2069",
    "\ud800",
    "\u3164",  # Hangul filler
    "\x00",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_visible_text_contains_no_control_characters(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert all(line.isprintable() for line in visible_lines(text).split("\n"))


@given(st.text())
def test_visible_text_is_printable_and_on_one_line(text: str) -> None:
    shown = visible(text)
    # Unassigned and private code points are not printable for Python, but no terminal acts on them.
    assert not any(c < " " or "\x7f" <= c <= "\x9f" or c in "\u202e\u2028\u2029\u200b" for c in shown)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_text_keeps_its_value(text: str) -> None:
    line = json_line({"subject": text})
    assert line.count("\n") == 1
    assert json.loads(line) == {"subject": text}
    assert not any("\x7f" <= c <= "\x9f" or c == "\u202e" for c in line)


def test_json_escapes_astral_invisible_characters_as_surrogate_pairs() -> None:
    assert json.loads(json_text('"\U000e0041"')) == "\U000e0041"


def test_visible_keeps_joiners_in_scripts_and_emoji() -> None:
    family = "👩\u200d👩\u200d👧"
    assert visible(family) == family
    assert visible("می\u200cخواهم") == "می\u200cخواهم"
    assert visible("pay\u200dpal") == "pay<U+200D>pal"


def test_hangul_takes_two_columns_and_combining_marks_none() -> None:
    assert width("환불 요청") == 9
    assert width("é" + "e\u0301") == 2
    assert width("\u1112\u116a\u11ab") == 2  # 환 in jamo, as macOS writes it


@given(st.text(st.sampled_from("ab 환불\u0301漢")), st.integers(1, 12))
def test_cut_and_wrap_respect_the_limit(text: str, limit: int) -> None:
    assert width(cut(text, limit)) <= limit
    assert width(pad(cut(text, limit), limit)) == limit
    if limit > 1:
        assert all(width(line) <= limit for line in wrap(text, limit))


@given(st.text(st.sampled_from("ab 환불漢")), st.integers(2, 12))
def test_wrap_drops_only_blanks(text: str, limit: int) -> None:
    assert "".join(wrap(text, limit)).replace(" ", "") == text.replace(" ", "")


def test_korean_table_aligns_in_80_columns() -> None:
    rows = [
        {"number": 7, "subject": "환불 요청드립니다 " * 8, "from": "김민수"},
        {"number": 123, "subject": "Printer", "from": "Ana Kim with a very long name indeed"},
    ]
    columns = (field("number", right=True), field("subject", least=16), field("from", least=8))
    lines = table(rows, columns, 80, color=False).splitlines()
    assert all(width(line) <= 80 for line in lines)
    starts = {width(line[: line.index(mark)]) for line, mark in zip(lines, ("FROM", "김민수", "Ana Kim"), strict=True)}
    assert len(starts) == 1
    assert "…" in lines[1]


def test_colour_does_not_shift_columns() -> None:
    columns = (Column("a", lambda r: r["a"], style=lambda r: "red"), field("b"))
    colored = table([{"a": "환", "b": "x"}], columns, 80, color=True)
    assert colored.replace("\x1b[31m", "").replace("\x1b[2m", "").replace("\x1b[0m", "") == table(
        [{"a": "환", "b": "x"}], columns, 80, color=False
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (["a", "b"], "a,b"),
        ({"id": 1, "name": "Ana", "address": "ana@example.org"}, "ana@example.org"),
        ("tab\there", "tab␉here"),
    ],
)
def test_values_in_a_pipe_stay_in_their_cell(value: object, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize("raw", ["환불".encode(), b"\xef\xbb\xbf" + "환불".encode(), "환불".encode("cp949")])
def test_text_from_a_file_is_read_in_utf8_or_korean_windows(raw: bytes) -> None:
    assert decode_text(raw) == "환불"


def test_empty_columns_are_left_out_in_80_columns() -> None:
    columns = [field("a"), field("b"), field("c")]
    rows = [{"a": "x", "b": None, "c": "z"}]
    assert table(rows, columns, 80, color=False, drop_empty=True).split() == ["A", "C", "x", "z"]
    assert table(rows, columns, 200, color=False, drop_empty=True).split()[:3] == ["A", "B", "C"]
    assert table(rows, columns, 80, color=False).split()[:3] == ["A", "B", "C"]
