"""Commands on many tickets: numbers from a pipe, missing tickets."""

from __future__ import annotations

from tests.cli.shell import Shell, mail


def test_numbers_are_read_from_a_pipe(desk: Shell) -> None:
    for n in range(3):
        desk.ingest(mail(f"c{n}@example.org"))
    desk.pipe("deskctl list --json | jq -r .number | deskctl assign - agent2")
    assert [row["assignee"] for row in desk.tickets()] == ["agent2"] * 3


def test_missing_ticket_does_not_stop_the_others(desk: Shell) -> None:
    desk.ingest(mail("a@example.org"))
    desk.ingest(mail("b@example.org"))
    result = desk("take", "1", "99", "#2", code=3)
    assert "99" in result.err
    assert {row["assignee"] for row in desk.tickets()} == {"agent1"}
    result = desk("show", "1", "99", "2", "--json", code=3)
    assert [row["number"] for row in result.rows] == [1, 2]


def test_empty_pipe_is_a_usage_error(desk: Shell) -> None:
    desk("take", "-", input="", code=2)
