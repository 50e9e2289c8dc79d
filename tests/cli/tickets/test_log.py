"""`deskctl log`."""

from __future__ import annotations

from tests.cli.shell import Shell, mail
from tests.cli.test_terminal import at_terminal


def test_log_prints_sentences_in_80_columns(local_desk: Shell) -> None:
    local_desk.ingest(mail())
    local_desk("take", "1")
    local_desk("set", "1", "priority=high")
    local_desk("escalate", "1", "--to", "lead", "--reason", "hard")
    text = at_terminal(local_desk, "log", "1", NO_COLOR="1", PAGER="cat")
    assert "assigned to agent1" in text
    assert "priority: normal → high" in text
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert all(row["kind"] for row in local_desk("log", "1", "--json").rows)
