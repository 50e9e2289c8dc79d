"""Durations: valid values are parsed, all other text is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl.config.durations import duration, format_duration
from deskctl.plugins import Invalid


@pytest.mark.parametrize(
    ("words", "seconds"), [("60s", 60), ("5m", 300), ("2h", 7200), ("4d", 345600), ("1w", 604800), ("1h 30m", 5400)]
)
def test_duration_parses_numbers_with_units(words: str, seconds: int) -> None:
    assert duration(words) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "words", ["", "5", "s", "5 days", "-5m", "1.5h", "5m1h", "1m1m", "٣m", "9999999999w", "1h, 2m"]
)
def test_other_text_is_not_a_duration(words: str) -> None:
    with pytest.raises(Invalid, match=r"not a duration|duration too long"):
        duration(words)


@given(st.integers(0, 10**9))
def test_format_duration_round_trips(seconds: int) -> None:
    assert duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@given(st.text(max_size=12))
def test_any_text_is_a_duration_or_invalid(words: str) -> None:
    with suppress(Invalid):
        assert duration(words) >= timedelta(0)
