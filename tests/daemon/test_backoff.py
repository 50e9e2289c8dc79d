"""Waiting longer each time, but never for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskctl.daemon.backoff import FIRST, LONGEST, delay

FAILURES = st.integers(1, 10_000)
JITTER = st.floats(0, 1, exclude_max=True)


def test_the_first_waits_double() -> None:
    assert [delay(n, 0) for n in (1, 2, 3, 4)] == [1, 2, 4, 8]


@given(FAILURES, JITTER)
def test_a_wait_is_never_shorter_than_half_the_first_nor_longer_than_the_longest(failures: int, jitter: float) -> None:
    assert FIRST / 2 <= delay(failures, jitter) <= LONGEST


@given(FAILURES, JITTER)
def test_more_failures_never_wait_less(failures: int, jitter: float) -> None:
    assert delay(failures + 1, jitter) >= delay(failures, jitter)
