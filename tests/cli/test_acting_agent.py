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
