"""`--dry-run` reports what a command would do and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from deskctl.core.agents.queries import ListAgents
from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from tests.cli.shell import Shell


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
def test_dry_run_reports_and_changes_nothing(unchanged: Shell, words: list[str]) -> None:
    before = documents(unchanged)
    assert unchanged(*words, "--dry-run").out.startswith("dry run: ")
    assert documents(unchanged) == before


def documents(desk: Shell) -> list[Any]:
    """Return what the commands would change. The daemon changes the state of mails in the outbox."""
    with desk.open() as opened:
        outbox = [(row["id"], row["ticket"], row["to"]) for row in opened.ask(ListOutbox(all=True))]
        return [outbox, *(opened.ask(query) for query in (ListTickets(all=True), ShowTicket(1), ListAgents()))]
