"""The Erlang formulas are compared with published tables and checked for consistency."""

from __future__ import annotations

from datetime import timedelta
from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl.core.shifts import erlang_c
from deskctl.errors import UsageError

MINUTE = timedelta(minutes=1)
SECONDS = st.integers(1, 3600).map(lambda n: timedelta(seconds=n))


@pytest.mark.parametrize(
    ("people", "erlangs", "chance"),
    [(1, 0.0101, 0.01), (5, 1.361, 0.01), (10, 4.461, 0.01), (20, 12.03, 0.01), (50, 37.90, 0.01), (100, 84.06, 0.01)],
)
def test_blocking_equals_the_erlang_b_table(people: int, erlangs: float, chance: float) -> None:
    """The values are from the 1% column of the Erlang B table."""
    assert erlang_c.blocking(people, erlangs) == pytest.approx(chance, rel=0.01)


@pytest.mark.parametrize(
    ("people", "erlangs", "chance"), [(1, 0.5, 0.5), (2, 1, 1 / 3), (11, 10, 0.6821), (14, 10, 0.1741), (10, 5, 0.0361)]
)
def test_waiting_equals_the_erlang_c_table(people: int, erlangs: float, chance: float) -> None:
    assert erlang_c.waiting(people, erlangs) == pytest.approx(chance, abs=0.0001)


def test_200_calls_of_3_minutes_need_14_agents_for_80_percent_in_20_seconds() -> None:
    """A common textbook example of Erlang C: 10 erlangs, 14 agents, 88.8%."""
    load = erlang_c.load(200, 3 * MINUTE)
    within = timedelta(seconds=20)
    assert load == pytest.approx(10)
    assert erlang_c.needed(load, 3 * MINUTE, 0.8, within) == 14
    assert erlang_c.service_level(14, load, 3 * MINUTE, within) == pytest.approx(0.8884, abs=0.0001)
    assert erlang_c.service_level(13, load, 3 * MINUTE, within) < 0.8


@given(st.integers(1, 100), st.floats(0.01, 90))
def test_recurrence_equals_the_formula_with_factorials(people: int, erlangs: float) -> None:
    if people <= erlangs:
        assert erlang_c.waiting(people, erlangs) == 1
        return
    last = erlangs**people / factorial(people) * people / (people - erlangs)
    formula = last / (sum(erlangs**n / factorial(n) for n in range(people)) + last)
    assert erlang_c.waiting(people, erlangs) == pytest.approx(formula, rel=1e-9)
    level = 1 - formula * exp(-(people - erlangs) / 9)
    assert erlang_c.service_level(people, erlangs, 3 * MINUTE, timedelta(seconds=20)) == pytest.approx(level)


@given(st.integers(0, 200), st.floats(0, 150), SECONDS, SECONDS)
def test_service_level_grows_with_agents_and_falls_with_load(
    people: int, erlangs: float, handling: timedelta, within: timedelta
) -> None:
    level = erlang_c.service_level(people, erlangs, handling, within)
    assert 0 <= level <= 1
    assert erlang_c.service_level(people + 1, erlangs, handling, within) >= level - 1e-12
    assert erlang_c.service_level(people, erlangs + 1, handling, within) <= level + 1e-12


@given(st.floats(0, 300), st.floats(0.01, 0.99), SECONDS, SECONDS)
def test_needed_returns_the_minimum(erlangs: float, share: float, handling: timedelta, within: timedelta) -> None:
    people = erlang_c.needed(erlangs, handling, share, within)
    assert erlang_c.service_level(people, erlangs, handling, within) >= share
    assert people == 0 or erlang_c.service_level(people - 1, erlangs, handling, within) < share


def test_large_loads_do_not_overflow() -> None:
    assert 100_000 < erlang_c.needed(100_000, MINUTE, 0.8, timedelta(seconds=20)) < 100_100
    with pytest.raises(UsageError, match="is too large"):
        erlang_c.needed(1e9, MINUTE, 0.8, MINUTE)


def test_targets_of_0_and_100_percent_are_refused() -> None:
    for share in (0.0, 1.0):
        with pytest.raises(UsageError, match="cannot be met"):
            erlang_c.needed(1, MINUTE, share, MINUTE)


def test_shrinkage_increases_the_number_of_agents() -> None:
    assert [erlang_c.with_shrinkage(people, 0.3) for people in (0, 1, 7, 14)] == [0, 2, 10, 20]
