"""Lists, filters and views for people and scripts."""

from __future__ import annotations

import re

import pytest

from tests.cli.shell import Shell, mail
from tests.cli.test_terminal import at_terminal

MANY = 53


@pytest.fixture
def crowded(alone: Shell) -> Shell:
    """Return a desk with more tickets than `list` shows on a terminal."""
    for n in range(MANY):
        alone("new", "--from", f"c{n}@example.org", "--subject", f"Matter {n}", "-m", "x")
    return alone


def test_pipe_gets_all_rows_and_terminal_a_page(crowded: Shell) -> None:
    assert len(crowded("list").out.splitlines()) == MANY
    assert len(crowded.tickets()) == MANY
    assert len(crowded.tickets("--limit", "10")) == 10
    assert len(crowded("contact", "list").out.splitlines()) == MANY
    assert len(crowded("search", "Matter", "--json").rows) == MANY
    assert len(crowded("queue", "--json").rows) == MANY
    text = at_terminal(crowded, "list", NO_COLOR="1")
    assert f"50 of {MANY}" in text
    assert f"--limit {MANY} shows all" in text
    assert f"50 of {MANY}" in at_terminal(crowded, "contact", "list", NO_COLOR="1")
    assert f"25 of {MANY}" in at_terminal(crowded, "queue", NO_COLOR="1")
    assert " of " not in at_terminal(crowded, "list", "--limit", str(MANY), NO_COLOR="1")


def test_listed_tickets_can_be_assigned(crowded: Shell) -> None:
    crowded.pipe("deskctl list --json | jq -r .number | deskctl assign - agent2")
    assert len(crowded.tickets("--assignee", "agent2")) == MANY


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
    desk: Shell, words: tuple[str, ...], meant: str
) -> None:
    result = desk(*words, code=None)
    assert result.code in (2, 3), result
    assert f"did you mean {meant}?" in result.err
    assert result.out == ""


def test_filter_accepts_names_from_configuration_and_old_tickets(alone: Shell) -> None:
    alone.ingest(mail())
    assert len(alone.tickets("--channel", "support")) == 1
    assert len(alone.tickets("--channel", "phone")) == 0
    path = alone.folder / "config.toml"
    path.write_text(path.read_text().replace("[channels.support]", "[channels.front]"))
    assert len(alone.tickets("--channel", "support")) == 1
    path.write_text(path.read_text().replace('team = "support"', 'team = "night"'))
    assert alone.tickets("--team", "night") == []


def test_team_without_members_is_found(alone: Shell) -> None:
    path = alone.folder / "config.toml"
    path.write_text(path.read_text().replace('team = "support"', 'team = "night"'))
    result = alone("config", "check", code=1)
    assert "channels.support.team: team night has no active member" in result.out
    assert re.search(r"config.toml:\d+: channels", result.out)
    assert any("night" in row["detail"] for row in alone("doctor", "--json", code=1).rows if row["check"] == "teams")


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
def test_empty_list_prints_a_message_only_on_a_terminal(alone: Shell, words: str, message: str) -> None:
    assert alone(*words.split()).out == ""
    assert message in at_terminal(alone, *words.split(), NO_COLOR="1", columns=120)


def test_empty_columns_are_left_out_on_a_narrow_terminal(alone: Shell) -> None:
    alone.ingest(
        mail("Someone With A Long Name <someone@example.org>", "A subject that fills its column to the end " * 2)
    )
    heads = at_terminal(alone, "list", NO_COLOR="1").splitlines()[0].split()
    assert "ASSIGNEE" not in heads
    assert "DUE" not in heads
    assert "ASSIGNEE" in at_terminal(alone, "list", columns=200, NO_COLOR="1").splitlines()[0]
    alone("take", "1")
    assert "ASSIGNEE" in at_terminal(alone, "list", NO_COLOR="1").splitlines()[0]
    named = at_terminal(alone, "list", "--columns", "number,due_at,subject", NO_COLOR="1").splitlines()[0]
    assert "DUE" in named


def test_message_headers_distinguish_customers_agents_and_notes(alone: Shell) -> None:
    alone.ingest(mail())
    alone("reply", "1", "-m", "An answer.")
    alone("note", "1", "-m", "Among us.")
    plain = [line for line in at_terminal(alone, "show", "1", NO_COLOR="1").splitlines() if line.startswith("── ")]
    assert [re.findall(r"· (customer|reply|internal note)", line) for line in plain] == [
        ["customer"], ["reply"], ["internal note"],
    ]  # fmt: skip
    coloured = [line for line in at_terminal(alone, "show", "1").splitlines() if "── " in line]
    assert len({re.match(r"\x1b\[[0-9;]*m", line)[0] for line in coloured}) == 3  # type: ignore[index]


def test_reports_name_the_ticket(desk: Shell) -> None:
    desk.ingest(mail(subject="Invoice 4711"))
    assert "#1 “Invoice 4711” is solved" in desk("solve", "1").out
    assert "#1 “Invoice 4711”" in desk("tag", "1", "+vip").out
    assert "#1 “Invoice 4711”" in desk("note", "1", "-m", "x").out
    assert "#1 “Invoice 4711”" in desk("reopen", "1", "--dry-run").out


def test_next_shows_the_ticket_on_a_terminal(alone: Shell) -> None:
    alone.ingest(mail(text="It burns."))
    text = at_terminal(alone, "next", NO_COLOR="1")
    assert "is yours" in text
    assert "It burns." in text


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


def test_contact_is_found_by_address(desk: Shell) -> None:
    desk.ingest(mail("Ana <ana@example.org>"))
    desk("new", "--channel", "phone", "--from", "+82-2-555-0101", "-m", "called")
    assert desk("contact", "show", "ANA@example.org", "--json").row["id"] == 1
    assert desk("contact", "show", "+82 2 555 0101", "--json").row["id"] == 2
    assert "did you mean ana@example.org?" in desk("contact", "show", "anna@example.org", code=3).err
    desk("contact", "set", "ana@example.org", "tier=vip")
    assert desk("contact", "show", "1", "--json").row["tier"] == "vip"


def test_minus_removes_a_tag(desk: Shell) -> None:
    desk.ingest(mail())
    desk("tag", "1", "+refund", "+has", "+vip-old", "+환불")
    desk("tag", "1", "-has", "-vip-old", "+spam")
    assert desk.show(1)["tags"] == ["refund", "spam", "환불"]
    desk.pipe("echo 1 | deskctl tag - -환불 --remove refund")
    assert desk.show(1)["tags"] == ["spam"]
    assert "--help" in desk("tag", "-h").out


def test_split_without_message_lists_messages(desk: Shell) -> None:
    desk.ingest(mail(text="First matter."))
    result = desk("split", "1", code=2)
    assert "1\t" in result.out
    assert "First matter." in result.out
    assert "missing message number" in result.err


def test_outbox_retry_all_leaves_out_uncertain_messages(alone: Shell) -> None:
    alone.ingest(mail())
    alone("reply", "1", "-m", "x")
    assert "no failed or waiting messages" in alone("outbox", "retry", "--all").out
    assert "exclude each other" in alone("outbox", "retry", "1", "--all", code=2).err
    alone("outbox", "retry", code=2)
