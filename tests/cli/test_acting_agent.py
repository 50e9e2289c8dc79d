"""The agent that a command acts as: `--as`, the environment, the login."""

from __future__ import annotations

from tests.cli.shell import Shell, mail


def test_as_option_overrides_the_environment(desk: Shell) -> None:
    desk.ingest(mail())
    desk("take", "1", "--as", "agent2")
    assert desk.show(1)["assignee"] == "agent2"


def test_missing_agent_error_lists_the_agents(desk: Shell) -> None:
    desk.ingest(mail())
    error = desk("take", "1", code=2, env={"DESKCTL_AGENT": ""}).err
    assert "agent1, agent2, lead" in error
    assert "--as" in error


def test_unknown_agent_is_refused_with_a_suggestion(desk: Shell) -> None:
    desk.ingest(mail())
    assert "agent1" in desk("take", "1", "--as", "agnet1", code=2).err


def test_reading_and_administration_need_no_agent(desk: Shell) -> None:
    nobody = {"DESKCTL_AGENT": "somebody-else"}
    desk("list", env=nobody)
    desk("agent", "add", "new1", "--name", "New", "--email", "new1@acme.test", env=nobody)
    assert "new1" in {row["handle"] for row in desk("agent", "list", "--json").rows}


def test_agent_is_found_by_login(desk: Shell) -> None:
    import getpass

    desk.ingest(mail())
    desk("agent", "set", "agent2", "--login", getpass.getuser())
    desk("take", "1", env={"DESKCTL_AGENT": ""})
    assert desk.show(1)["assignee"] == "agent2"


def test_owner_undoes_the_deactivation_of_one_of_two_agents_and_of_the_only_one(desk: Shell) -> None:
    """The owner acts as the only active agent, and as a user if there are several or none."""
    owner = {"DESKCTL_AGENT": ""}
    desk("agent", "set", "lead", "--inactive", env=owner)
    desk("agent", "set", "agent2", "--inactive", env=owner)
    assert desk("undo", env=owner).out == "undone: changed agent agent2\n"
    desk("agent", "set", "agent2", "--inactive", env=owner)
    number = desk("agent", "set", "agent1", "--inactive", "--json", env=owner).row["command"]
    assert not any(row["active"] for row in desk("agent", "list", "--json", env=owner).rows)
    [row] = desk("undo", "--list", "--limit", "1", "--json", env=owner).rows
    assert (row["command"], row["did"]) == (number, "changed agent agent1")
    assert desk("undo", env=owner).out == "undone: changed agent agent1\n"
    assert desk("undo", env=owner).out == "undone: changed agent agent2\n"


def test_owner_who_names_an_agent_undoes_only_commands_of_that_agent(desk: Shell) -> None:
    owner = {"DESKCTL_AGENT": ""}
    for name in ("lead", "agent2"):
        desk("agent", "set", name, "--inactive", env=owner)
    assert "added agent agent2" in desk("undo", "--as", "agent1", code=4).err
