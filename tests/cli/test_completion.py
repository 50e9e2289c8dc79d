"""Shell completion offers the names of the desk."""

from __future__ import annotations

import pytest

from tests.cli.shell import Shell


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("deskctl sho", "show"),
        ("deskctl show ", "1"),
        ("deskctl assign 1 age", "agent2"),
        ("deskctl set 1 priority=h", "priority=high"),
        ("deskctl list --status so", "solved"),
        ("deskctl take --as le", "lead"),
        ("deskctl list prio", "priority:"),
        ("deskctl list priority:>=h", "priority:>=high"),
        ("deskctl list assignee:", "assignee:agent2"),
        ("deskctl list assignee:n", "assignee:none"),
        ("deskctl list is:o", "is:open"),
    ],
)
def test_completion_offers_names_of_the_desk(unchanged: Shell, line: str, expected: str) -> None:
    words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")), "_DESKCTL_COMPLETE": "bash_complete"}
    assert expected in [each.partition(",")[2] for each in unchanged(env=words).out.splitlines()]
