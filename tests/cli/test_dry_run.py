"""`--dry-run` reports what a command would do and changes nothing."""

from __future__ import annotations

import pytest

from tests.cli.shell import Shell, mail


@pytest.mark.parametrize(
    "words",
    [
        ["take", "1"],
        ["next"],
        ["assign", "1", "agent2"],
        ["reply", "1", "-m", "x"],
        ["note", "1", "-m", "x"],
        ["tag", "1", "+x"],
        ["set", "1", "priority=high"],
        ["escalate", "1", "--to", "lead", "--reason", "x"],
        ["solve", "1"],
        ["close", "1"],
        ["new", "--from", "x@example.org", "--subject", "x", "-m", "x"],
        ["agent", "add", "z", "--name", "Z", "--email", "z@acme.test"],
    ],
    ids=lambda words: words[0],
)
def test_dry_run_reports_and_changes_nothing(alone: Shell, words: list[str]) -> None:
    alone.ingest(mail())
    before = (alone.show(1), alone("agent", "list", "--json").out, alone("outbox", "list", "--all", "--json").out)
    assert alone(*words, "--dry-run").out.startswith("dry run: ")
    after = (alone.show(1), alone("agent", "list", "--json").out, alone("outbox", "list", "--all", "--json").out)
    assert before == after
    assert len(alone.tickets("--all")) == 1


def test_dry_run_works_over_the_socket(desk: Shell) -> None:
    desk.ingest(mail())
    desk("take", "1", "--dry-run")
    assert desk.show(1)["assignee"] is None
