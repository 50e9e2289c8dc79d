"""Refused commands have an exit code and a hint."""

from __future__ import annotations

import pytest

from tests.cli.shell import Shell


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["show", "99"], 3),
        (["take", "99"], 3),
        (["assign", "1", "nobody-of-that-name"], 3),
        (["merge", "1", "--into", "1"], 4),
        (["merge", "1", "--into", "99"], 3),
        (["set", "1", "colour=red"], 2),
        (["set", "1", "priority=highest"], 2),
        (["outbox", "show", "99"], 3),
        (["inbox", "show", "99"], 3),
        (["channel", "test", "nowhere"], 3),
        (["agent", "add", "agent1", "--name", "x", "--email", "x@acme.test"], 4),
        (["new", "--from", "x@example.org", "--subject", "x", "--channel", "nowhere", "-m", "x"], 3),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_refusals_have_exit_codes_and_hints(unchanged: Shell, words: list[str], code: int) -> None:
    result = unchanged(*words, code=code)
    assert result.out == ""
    assert result.err.startswith("error: ")


def test_next_exits_with_1_if_the_queue_is_empty(desk: Shell) -> None:
    desk("next", code=1)
