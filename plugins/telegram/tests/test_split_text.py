"""Splitting of long texts into messages."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl_telegram.split_text import split_text, utf16_length

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


def joined(parts: list[str]) -> str:
    """Return the words of all parts without part numbers and white space."""
    words = (NUMBERED.sub("", part, count=1) for part in parts) if len(parts) > 1 else parts
    return "".join("".join(words).split())


@given(st.lists(PIECES, max_size=200).map("".join), st.integers(64, 200))
@settings(deadline=None)
def test_parts_contain_the_whole_text_and_fit_the_limit(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < utf16_length(part) <= limit for part in parts)
    assert joined(parts) == "".join(text.split())


@given(st.text(max_size=600), st.integers(64, 200))
@settings(deadline=None)
def test_arbitrary_text_is_split_within_the_limit(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < len(part.encode("utf-16-le", "surrogatepass")) // 2 <= limit for part in parts)
    if len(parts) != 1:
        assert joined(parts) == "".join(text.split())


@given(st.lists(st.sampled_from(["👩‍💻", "🇰🇷", "👍🏽", "e\u0301", "한"]), min_size=80, max_size=200))
@settings(deadline=None)
def test_graphemes_are_not_split(graphemes: list[str]) -> None:
    for part in split_text("".join(graphemes), 100):
        words = NUMBERED.sub("", part, count=1)
        rest = words
        while rest:
            found = next((grapheme for grapheme in set(graphemes) if rest.startswith(grapheme)), None)
            assert found is not None, f"a grapheme was split: {words!r}"
            rest = rest.removeprefix(found)


def test_decomposed_hangul_syllables_are_not_split() -> None:
    text = unicodedata.normalize("NFD", "각" * 400)
    whole = "".join(NUMBERED.sub("", part, count=1) for part in split_text(text, 101))
    assert whole == text
    assert all(len(NUMBERED.sub("", part, count=1)) % 3 == 0 for part in split_text(text, 101))


def test_paragraph_ends_are_preferred_to_line_ends_and_line_ends_to_words() -> None:
    first, second = "one two\nthree four " * 3, "five six " * 6
    assert [NUMBERED.sub("", part) for part in split_text(f"{first.strip()}\n\n{second}", 100)] == [
        first.strip(),
        second.strip(),
    ]
    lines = split_text("a line of words here\n" * 8, 100)
    assert all(part.endswith("here") for part in lines)


def test_short_text_has_no_part_number_and_empty_text_no_parts() -> None:
    assert split_text("안녕하세요 😀") == ["안녕하세요 😀"]
    assert split_text(" \n ") == []


def test_limit_counts_utf16_code_units() -> None:
    assert split_text("😀" * 2048) == ["😀" * 2048]
    assert len(split_text("😀" * 2049)) == 2


def test_part_numbers_of_two_digits_fit_the_limit() -> None:
    parts = split_text("word " * 400, 100)
    assert len(parts) >= 10
    assert parts[0].startswith(f"(1/{len(parts)}) ")
    assert max(map(utf16_length, parts)) <= 100
