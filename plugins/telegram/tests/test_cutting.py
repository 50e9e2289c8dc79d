"""A long text becomes several messages that together say the same, and none is cut inside a letter."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl_telegram.cutting import cut, units

PIECES = st.sampled_from(
    [
        "word",
        " ",
        "\n",
        "\n\n",
        "프린터에서",
        "연기가 나요. ",
        "👩‍💻",
        "🇰🇷",
        "👍🏽",
        "e\u0301",
        "한",
        "a" * 70,
        "。",
        "!",
    ]
)
NUMBERED = re.compile(r"\((\d+)/(\d+)\) ")


def said(parts: list[str]) -> str:
    """The words of all parts, without their numbers and without white space."""
    words = (NUMBERED.sub("", part, count=1) for part in parts) if len(parts) > 1 else parts
    return "".join("".join(words).split())


@given(st.lists(PIECES, max_size=200).map("".join), st.integers(64, 200))
@settings(deadline=None)
def test_nothing_is_lost_and_no_part_is_too_long(text: str, limit: int) -> None:
    parts = cut(text, limit)
    assert all(0 < units(part) <= limit for part in parts)
    assert said(parts) == "".join(text.split())


@given(st.text(max_size=600), st.integers(64, 200))
@settings(deadline=None)
def test_any_text_is_cut_within_the_limit(text: str, limit: int) -> None:
    parts = cut(text, limit)
    assert all(0 < len(part.encode("utf-16-le", "surrogatepass")) // 2 <= limit for part in parts)
    if len(parts) != 1:
        assert said(parts) == "".join(text.split())


@given(st.lists(st.sampled_from(["👩‍💻", "🇰🇷", "👍🏽", "e\u0301", "한"]), min_size=80, max_size=200))
@settings(deadline=None)
def test_what_is_read_as_one_letter_stays_together(letters: list[str]) -> None:
    for part in cut("".join(letters), 100):
        words = NUMBERED.sub("", part, count=1)
        rest = words
        while rest:
            found = next((letter for letter in set(letters) if rest.startswith(letter)), None)
            assert found is not None, f"a letter was cut: {words!r}"
            rest = rest.removeprefix(found)


def test_hangul_written_in_its_parts_is_not_cut_inside_a_syllable() -> None:
    text = unicodedata.normalize("NFD", "각" * 400)
    whole = "".join(NUMBERED.sub("", part, count=1) for part in cut(text, 101))
    assert whole == text
    assert all(len(NUMBERED.sub("", part, count=1)) % 3 == 0 for part in cut(text, 101))


def test_a_paragraph_is_a_better_place_than_a_line_and_a_line_than_a_word() -> None:
    first, second = "one two\nthree four " * 3, "five six " * 6
    assert [NUMBERED.sub("", part) for part in cut(f"{first.strip()}\n\n{second}", 100)] == [
        first.strip(),
        second.strip(),
    ]
    lines = cut("a line of words here\n" * 8, 100)
    assert all(part.endswith("here") for part in lines)


def test_a_short_text_has_no_number_and_an_empty_one_no_parts() -> None:
    assert cut("안녕하세요 😀") == ["안녕하세요 😀"]
    assert cut(" \n ") == []


def test_the_limit_counts_as_telegram_counts() -> None:
    assert cut("😀" * 2048) == ["😀" * 2048]
    assert len(cut("😀" * 2049)) == 2


def test_ten_parts_and_more_are_numbered_within_the_limit() -> None:
    parts = cut("word " * 400, 100)
    assert len(parts) >= 10
    assert parts[0].startswith(f"(1/{len(parts)}) ")
    assert max(map(units, parts)) <= 100
