"""Lists, filters and views for people and scripts."""

from __future__ import annotations

import re

import pytest

from deskctl.core.tickets.commands import Create
from tests.cli.shell import Shell, mail
from tests.cli.test_terminal import at_terminal

MANY = 53


@pytest.fixture
def busy_desk(local_desk: Shell) -> Shell:
    """Return a desk with more tickets than `list` shows on a terminal."""
    with local_desk.open() as desk:
        for n in range(MANY):
            desk.execute(Create(f"c{n}@example.org", f"Matter {n}", "x"), agent="agent1")
    return local_desk


def test_pipe_gets_all_rows_and_terminal_a_page(busy_desk: Shell) -> None:
    assert len(busy_desk("list").out.splitlines()) == MANY
    assert len(busy_desk.tickets()) == MANY
    assert len(busy_desk.tickets("--limit", "10")) == 10
    assert len(busy_desk("contact", "list").out.splitlines()) == MANY
    assert len(busy_desk("search", "Matter", "--json").rows) == MANY
    assert len(busy_desk("queue", "--json").rows) == MANY
    text = at_terminal(busy_desk, "list", NO_COLOR="1")
    assert f"50 of {MANY}" in text
    assert f"--limit {MANY} shows all" in text
    assert f"50 of {MANY}" in at_terminal(busy_desk, "contact", "list", NO_COLOR="1")
    assert f"25 of {MANY}" in at_terminal(busy_desk, "queue", NO_COLOR="1")
    assert " of " not in at_terminal(busy_desk, "list", "--limit", str(MANY), NO_COLOR="1")


def test_listed_tickets_can_be_assigned(busy_desk: Shell) -> None:
    busy_desk.pipe("deskctl list --json | jq -r .number | deskctl assign - agent2")
    assert len(busy_desk.tickets("--assignee", "agent2")) == MANY


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("list", "--team", "suport"), "support"),
        (("list", "--assignee", "agnet1"), "agent1"),
        (("list", "--channel", "suport"), "support"),
        (("queue", "--team", "suport"), "support"),
        (("sla", "due", "--team", "suport"), "support"),
        (("inbox", "list", "--channel", "suport"), "support"),
        (("shift", "list", "--agent", "agnet1"), "agent1"),
        (("shift", "show", "--team", "suport"), "support"),
        (("next", "--team", "suport"), "support"),
    ],
)
def test_unknown_name_in_a_filter_is_an_error_with_a_suggestion(
    unchanged: Shell, words: tuple[str, ...], meant: str
) -> None:
    result = unchanged(*words, code=None)
    assert result.code in (2, 3), result
    assert f"did you mean {meant}?" in result.err
    assert result.out == ""


def test_filter_accepts_names_from_configuration_and_old_tickets(local_desk: Shell) -> None:
    local_desk.ingest(mail())
    assert len(local_desk.tickets("--channel", "support")) == 1
    assert len(local_desk.tickets("--channel", "phone")) == 0
    path = local_desk.folder / "config.toml"
    path.write_text(path.read_text().replace("[channels.support]", "[channels.front]"))
    assert len(local_desk.tickets("--channel", "support")) == 1
    path.write_text(path.read_text().replace('team = "support"', 'team = "night"'))
    assert local_desk.tickets("--team", "night") == []


def test_team_without_members_is_found(local_desk: Shell) -> None:
    path = local_desk.folder / "config.toml"
    path.write_text(path.read_text().replace('team = "support"', 'team = "night"'))
    result = local_desk("config", "check", code=1)
    assert "channels.support.team: team night has no active member" in result.out
    assert re.search(r"config.toml:\d+: channels", result.out)
    assert any(
        "night" in row["detail"] for row in local_desk("doctor", "--json", code=1).rows if row["check"] == "teams"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("list", "no tickets match"),
        ("outbox list", "no messages wait"),
        ("inbox list", "no messages wait or are quarantined"),
        ("block list", "no blocked senders"),
        ("sla list", "no SLA policies"),
        ("queue", "the queue is empty"),
    ],
)
def test_empty_list_prints_a_message_only_on_a_terminal(local_desk: Shell, words: str, message: str) -> None:
    assert local_desk(*words.split()).out == ""
    assert message in at_terminal(local_desk, *words.split(), NO_COLOR="1", columns=120)


def test_empty_columns_are_left_out_on_a_narrow_terminal(local_desk: Shell) -> None:
    local_desk.ingest(
        mail("Someone With A Long Name <someone@example.org>", "A subject that fills its column to the end " * 2)
    )
    heads = at_terminal(local_desk, "list", NO_COLOR="1").splitlines()[0].split()
    assert "ASSIGNEE" not in heads
    assert "DUE" not in heads
    assert "ASSIGNEE" in at_terminal(local_desk, "list", columns=200, NO_COLOR="1").splitlines()[0]
    local_desk("take", "1")
    assert "ASSIGNEE" in at_terminal(local_desk, "list", NO_COLOR="1").splitlines()[0]
    named = at_terminal(local_desk, "list", "--columns", "number,due_at,subject", NO_COLOR="1").splitlines()[0]
    assert "DUE" in named


def test_reports_name_the_ticket(desk: Shell) -> None:
    desk.ingest(mail(subject="Invoice 4711"))
    assert "#1 “Invoice 4711” is solved" in desk("solve", "1").out
    assert "#1 “Invoice 4711”" in desk("tag", "1", "+vip").out
    assert "#1 “Invoice 4711”" in desk("note", "1", "-m", "x").out
    assert "#1 “Invoice 4711”" in desk("reopen", "1", "--dry-run").out


def test_solved_tickets_are_listed_only_with_all(desk: Shell) -> None:
    for subject in "abc":
        desk.ingest(mail(f"{subject}@example.org", subject))
    desk("solve", "2")
    desk("set", "1", "priority=high")
    assert [row["number"] for row in desk.tickets()] == [1, 3]
    assert [row["number"] for row in desk.tickets("--all")] == [1, 2, 3]
    assert [row["number"] for row in desk.tickets("--all", "--limit", "2")] == [1, 2]
    assert [row["number"] for row in desk.tickets("--status", "solved")] == [2]
    assert [row["number"] for row in desk.tickets("--priority", "high")] == [1]


def test_filters_by_owner(desk: Shell) -> None:
    desk.ingest(mail("a@example.org"))
    desk.ingest(mail("b@example.org"))
    desk("take", "2")
    assert [row["number"] for row in desk.tickets("--mine")] == [2]
    assert [row["number"] for row in desk.tickets("--assignee", "none")] == [1]
    assert [row["number"] for row in desk.tickets("--contact", "a@example.org")] == [1]


def test_exit_code_option_reports_an_empty_list(desk: Shell) -> None:
    desk("list")
    desk("list", "--exit-code", code=1)
    desk.ingest(mail())
    desk("list", "--exit-code")


def test_ticket_number_of_a_mail_subject_is_accepted(desk: Shell) -> None:
    for n in (1, 2, 3):
        desk.ingest(mail(f"user{n}@example.org"))
    for word in ("2", "#2", "[#2]", "＃２", "２"):
        assert desk("show", word, "--json").row["number"] == 2
        assert desk("search", word if "#" in word or "＃" in word else "#2", "--json").row["number"] == 2
    desk("take", "-", input="[#1]\n#2 ＃３\n")
    assert {row["number"] for row in desk("list", "--mine", "--json").rows} == {1, 2, 3}
    for word in ("[2]", "#", "[#2", "##2", "#-2", "2²"):
        assert word in desk("show", word, code=2).err


def test_deskctl_without_command_lists_my_tickets(desk: Shell) -> None:
    desk.ingest(mail("a@example.org"))
    desk.ingest(mail("b@example.org"))
    desk("take", "2")
    assert [row["number"] for row in desk("--json").rows] == [2]


def test_query_selects_and_orders_tickets(desk: Shell) -> None:
    for number, subject in enumerate(("Printer", "환불 요청", "Invoice"), 1):
        desk.ingest(mail(f"c{number}@example.org", subject))
    desk("set", "2", "priority=high")
    desk("tag", "2", "+refund")
    desk("solve", "3")

    def numbers(*words: str) -> list[int]:
        return [row["number"] for row in desk.tickets(*words)]

    assert numbers("priority:>=high", "tag:(refund OR billing)", "환불") == [2]
    assert numbers("-tag:refund", "is:open") == [1]
    assert numbers("is:open", "--sort", "number") == [2, 1]
    assert numbers("is:open", "--sort", "number", "--reverse") == [1, 2]
    assert numbers('-"환불 요청"') == numbers("-환불") == numbers("-(환불 OR 카드)") == [1]
    assert numbers("invoice") == []
    assert numbers("invoice status:solved") == [3]
    assert numbers("--all", "c3@example.org") == [3]
    assert desk("list", "printer", "--columns", "number").out == "1\n"
    assert desk("list", "missing", "--exit-code", code=1).out == ""


def test_hyphen_inside_of_a_word_excludes_nothing(desk: Shell) -> None:
    desk.ingest(mail("ann@example.org", "Please re-open:now"))
    assert [row["number"] for row in desk.tickets('"re-open:now"')] == [1]
    refused = desk("list", "--priority=re-open:now", code=2)
    assert "re-open:now" in refused.err


def test_error_in_a_query_names_the_position(desk: Shell) -> None:
    refused = desk("list", "환불", "stat:open", code=2)
    assert refused.out == ""
    assert refused.err.startswith('error: query, at character 4: no field is called "stat" (did you mean status?)\n')
    assert "hint: " in refused.err
    korean = desk("list", "stat:open", code=2, env={"LANGUAGE": "ko", "LC_ALL": "C.UTF-8"})
    assert "did you mean" not in korean.err
