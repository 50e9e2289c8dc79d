"""The configuration of the plugin and its validation."""

from __future__ import annotations

import pytest
from deskctl.testing.settings import problems, settings

from deskctl_severity.config import ImpactWords, SeverityConfig


def test_configured_list_replaces_only_its_default() -> None:
    read = settings(SeverityConfig, 'severity = { critical = ["kaputt"] }')
    assert read.severity.critical == ("kaputt",)
    assert "오류" in read.severity.major
    assert read.impact == ImpactWords()


@pytest.mark.parametrize(
    ("toml", "wrong"),
    [
        ('severity = { fatal = ["x"] }', "severity.fatal: unknown key"),
        ('severity = { major = [" "] }', "major: contains an empty word"),
        ('matrix = { minor = ["low"] }', "matrix.minor: needs three priorities: for everyone, a team, a person"),
        (
            'matrix = { major = ["urgent", "high", "highest"] }',
            'matrix.major: not a priority: "highest"; use low, normal, high, urgent',
        ),
    ],
)
def test_invalid_value_is_reported_with_its_key(toml: str, wrong: str) -> None:
    [found] = problems(SeverityConfig, toml)
    assert found.startswith(wrong)
