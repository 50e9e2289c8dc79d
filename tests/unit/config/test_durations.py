"""Durations mean what they say, and nothing else is one."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl.config.durations import duration, written
from deskctl.plugins import Invalid


@pytest.mark.parametrize(
    ("words", "seconds"), [("60s", 60), ("5m", 300), ("2h", 7200), ("4d", 345600), ("1w", 604800), ("1h 30m", 5400)]
)
def test_numbers_with_units(words: str, seconds: int) -> None:
    assert duration(words) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "words", ["", "5", "s", "5 days", "-5m", "1.5h", "5m1h", "1m1m", "٣m", "9999999999w", "1h, 2m"]
)
def test_anything_else_is_refused_with_an_example(words: str) -> None:
    with pytest.raises(Invalid, match=r"no duration|longer than"):
        duration(words)


@given(st.integers(0, 10**9))
def test_what_is_written_means_the_same(seconds: int) -> None:
    assert duration(written(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@given(st.text(max_size=12))
def test_no_text_brings_anything_but_a_duration_or_invalid(words: str) -> None:
    with suppress(Invalid):
        assert duration(words) >= timedelta(0)
