"""What the table of the plugin may hold."""

from __future__ import annotations

import pytest
from deskctl.testing.settings import problems, settings

from deskctl_severity.config import ImpactWords, SeverityConfig


def test_a_list_replaces_the_one_that_is_built_in_and_no_other() -> None:
    read = settings(SeverityConfig, 'severity = { critical = ["kaputt"] }')
    assert read.severity.critical == ("kaputt",)
    assert "오류" in read.severity.major
    assert read.impact == ImpactWords()


@pytest.mark.parametrize(
    ("toml", "wrong"),
    [
        ('severity = { fatal = ["x"] }', "severity.fatal: unknown key"),
        ('severity = { major = [" "] }', "major: a word is empty"),
        ('matrix = { minor = ["low"] }', "matrix.minor: needs three priorities: for everyone, a team, a person"),
        (
            'matrix = { major = ["urgent", "high", "highest"] }',
            "matrix.major: 'highest' is none of low, normal, high, urgent",
        ),
    ],
)
def test_each_mistake_is_named_with_its_key(toml: str, wrong: str) -> None:
    [found] = problems(SeverityConfig, toml)
    assert found.startswith(wrong)
