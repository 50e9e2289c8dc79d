"""`deskctl view`, and saved views in `list` and as commands."""

from __future__ import annotations

from tests.cli.shell import Shell, mail


def test_view_is_a_command_and_part_of_queries(desk: Shell) -> None:
    desk.ingest(mail("a@example.org", "Printer"))
    desk.ingest(mail("b@example.org", "Lamp"))
    desk("set", "2", "priority=high")
    assert desk("view", "list", "--exit-code", code=1).out == ""
    assert desk("view", "add", "urgent", "priority:>=high", "is:open").out == (
        "view urgent added: deskctl list @urgent\n"
    )
    assert desk("@urgent", "--columns", "number,subject").out == "2\tLamp\n"
    assert [row["number"] for row in desk("@urgent", "--json").rows] == [2]
    assert [row["number"] for row in desk.tickets("NOT @urgent")] == [1]
    assert desk("view", "edit", "urgent", "printer").out == "view urgent: printer\n"
    assert desk("@urgent", "--columns", "number").out == "1\n"
    desk("undo")
    assert desk("view", "list", "--json").rows == [{"name": "urgent", "query": "priority:>=high is:open"}]
    completed = desk(env={"COMP_WORDS": "deskctl list @u", "COMP_CWORD": "2", "_DESKCTL_COMPLETE": "bash_complete"})
    assert completed.out == "plain,@urgent\n"
    assert desk("view", "remove", "urgent", "--dry-run").out.startswith("dry run: ")
    assert desk("view", "remove", "urgent").out == "view urgent removed\n"
    refused = desk("@urgent", code=2)
    assert 'error: query, at character 1: no view is called "urgent"' in refused.err
