"""`deskctl log`."""

from __future__ import annotations

from tests.cli.shell import Shell, mail
from tests.cli.test_terminal import at_terminal


def test_log_prints_sentences_in_80_columns(alone: Shell) -> None:
    alone.ingest(mail())
    alone("take", "1")
    alone("set", "1", "priority=high")
    alone("escalate", "1", "--to", "lead", "--reason", "hard")
    text = at_terminal(alone, "log", "1", NO_COLOR="1", PAGER="cat")
    assert "assigned to agent1" in text
    assert "priority: normal → high" in text
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert all(row["kind"] for row in alone("log", "1", "--json").rows)
