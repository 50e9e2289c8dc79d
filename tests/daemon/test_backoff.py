"""The wait grows with each failure up to a maximum."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskctl.daemon.backoff import FIRST, LONGEST, delay

FAILURES = st.integers(1, 10_000)
JITTER = st.floats(0, 1, exclude_max=True)


def test_delay_doubles() -> None:
    assert [delay(n, 0) for n in (1, 2, 3, 4)] == [1, 2, 4, 8]


@given(FAILURES, JITTER)
def test_delay_is_within_its_bounds(failures: int, jitter: float) -> None:
    assert FIRST / 2 <= delay(failures, jitter) <= LONGEST


@given(FAILURES, JITTER)
def test_delay_grows_with_failures(failures: int, jitter: float) -> None:
    assert delay(failures + 1, jitter) >= delay(failures, jitter)
