"""`deskctl undo` undoes all changes of a shell command, over the socket and without a daemon."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import shell
from tests.cli.shell import Shell, mail

THREE = ("1", "2", "3")


@pytest.fixture(scope="module")
def template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk with three desk."""
    desk = shell.copy(template, tmp_path_factory.mktemp("three") / "desk")
    for number in THREE:
        desk.ingest(mail(f"c{number}@example.org", f"Printer {number}"))
    return desk.folder


def statuses(desk: Shell) -> list[str]:
    return [desk.show(int(number))["status"] for number in THREE]


def test_undo_covers_all_tickets_of_a_command(desk: Shell) -> None:
    desk("solve", *THREE)
    tried = desk("undo", "--dry-run")
    assert tried.out == "dry run: would undo: solved #1 “Printer 1”, #2 “Printer 2” and #3 “Printer 3”\n"
    document = desk("undo", "--dry-run", "--json").row
    assert "undone:" not in document["said"]
    assert statuses(desk) == ["solved"] * 3
    assert desk("undo").out == "undone: solved #1 “Printer 1”, #2 “Printer 2” and #3 “Printer 3”\n"
    assert statuses(desk) == ["new"] * 3


def test_undo_covers_tickets_from_standard_input(desk: Shell) -> None:
    desk("close", "-", input="1\n2\n3\n")
    desk("undo")
    assert statuses(desk) == ["new"] * 3


def test_undo_covers_the_tickets_that_were_not_refused(desk: Shell) -> None:
    desk("close", "2")
    desk("solve", *THREE, code=4)
    assert desk("undo").out == "undone: solved #1 “Printer 1” and #3 “Printer 3”\n"
    assert statuses(desk) == ["new", "closed", "new"]
    desk("undo")
    assert statuses(desk) == ["new"] * 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("contact set 1 tier=vip", "undone: changed contact 1"),
        ("agent set agent2 --name Bea", "undone: changed agent agent2"),
        ("team set support --name Help", "undone: changed team support"),
        ("block add eve@spam.example", "undone: changed a blocked sender"),
        ("sla add gold --first-response 4h", "undone: added policy gold"),
        ("calendar add day --timezone UTC --hours mon-fri@09:00-18:00", "undone: added calendar day"),
        ("shift off agent2 --from 2030-01-01", "undone: added days off as shift 1"),
        ("agent away agent2", "undone: changed the presence of agent agent2"),
        ("promise 1 +2h", "undone: promised an answer on #1 “Printer 1”"),
        ("tag 1 +x", "undone: tagged #1 “Printer 1”"),
    ],
)
def test_undo_does_not_skip_the_last_command(desk: Shell, words: str, said: str) -> None:
    desk("close", "3")
    desk(*(word.replace("@09", " 09") for word in words.split()))
    assert desk("undo").out == f"{said}\n"
    assert desk.show(3)["status"] == "closed"


@pytest.mark.parametrize(
    ("words", "named", "hint"),
    [
        ("agent add new --name New --email new@acme.test", "added agent new", "deskctl agent set new --inactive"),
        ("team add finance", "added team finance", "deskctl team set"),
        ("contact erase 1 --yes", "erased contact 1", ""),
        ("shift handover -m Hello", "wrote handover note 1", "deskctl shift handover"),
    ],
)
def test_undo_names_the_command_that_cannot_be_undone(desk: Shell, words: str, named: str, hint: str) -> None:
    desk("close", "3")
    desk(*words.split())
    refused = desk("undo", code=4)
    assert named in refused.err
    assert "cannot be undone: " in refused.err
    assert hint in refused.err
    assert desk.show(3)["status"] == "closed"
    desk("undo", "--dry-run", code=4)


def test_undo_list_shows_the_last_commands(desk: Shell) -> None:
    assert desk("--as", "agent2", "undo", "--list").out == ""
    desk("solve", "1", "2")
    desk("team", "add", "finance")
    desk("tag", "3", "+x")
    desk("undo")
    rows = desk("undo", "--list", "--limit", "3", "--json").rows
    assert [set(row) for row in rows] == [{"command", "at", "did", "tickets", "state", "why", "instead"}] * 3
    assert [(r["did"], r["tickets"], r["state"]) for r in rows] == [
        ("tagged ticket 3", [3], "undone"),
        ("added team finance", [], "cannot be undone"),
        ("solved tickets 1 and 2", [1, 2], "can be undone"),
    ]
    line = desk("undo", "--list", "--columns", "did,state,why").out.splitlines()[1]
    assert line.startswith("added team finance\tcannot be undone\ta team cannot be removed, because")
    desk("undo", str(rows[2]["command"]))
    assert statuses(desk)[:2] == ["new", "new"]
    assert desk("undo", "--list", "--limit", "1", "--json").row["did"] == "tagged ticket 3"


def test_undo_covers_only_commands_of_the_agent(desk: Shell) -> None:
    number = desk("solve", "1", "--json").row["command"]
    desk("--as", "agent2", "solve", "2")
    assert desk("--as", "agent2", "undo").out == "undone: solved #2 “Printer 2”\n"
    assert "is not yours" in desk("--as", "agent2", "undo", str(number), code=4).err
    machine = desk("--as", "agent2", "undo", "1", code=4).err
    assert "is not yours" in machine
    assert "can undo it" not in machine
    assert "you have nothing to undo" in desk("--as", "agent2", "undo", code=1).err
    assert desk("undo").out == "undone: solved #1 “Printer 1”\n"


def test_unknown_agent_in_the_environment_does_not_stop_setup(desk: Shell) -> None:
    desk("agent", "add", "later", "--name", "Later", "--email", "later@acme.test", env={"DESKCTL_AGENT": "later"})


def test_undo_of_a_sent_reply_is_refused(desk: Shell) -> None:
    if desk.daemon is None:
        desk.start()
    desk("reply", "1", "-m", "We are on it.", "--wait")
    refused = desk("undo", code=4).err
    assert "the mail was already sent to c1@example.org at " in refused
    assert "write another reply: deskctl reply 1" in refused
    assert "system" not in refused


def test_undo_is_refused_after_a_knowledge_base_change(desk: Shell) -> None:
    desk("close", "3")
    desk("kb", "add", "Refunds", "-m", "Within 14 days.")
    desk("kb", "search", "nothing like it")
    refused = desk("undo", code=4).err
    assert "(ran kb add) cannot be undone: only the plugin kb can reverse it" in refused
    assert "deskctl kb retire" in refused
    assert desk.show(3)["status"] == "closed"
    row = desk("undo", "--list", "--json").rows[0]
    assert (row["did"], row["state"]) == ("ran kb add", "cannot be undone")
