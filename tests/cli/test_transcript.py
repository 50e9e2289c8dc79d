"""A day at the desk as a list of commands: on both stores, over the socket and without a daemon."""

from __future__ import annotations

import pytest

from deskctl.testing.smtp_sink import SmtpSink
from tests.cli.shell import NewDesk, Shell, mail
from tests.servers.waiting import wait_until


@pytest.fixture(params=["socket", "alone"])
def acme(request: pytest.FixtureRequest, new_desk: NewDesk, sink: SmtpSink) -> Shell:
    """Return a new desk on each store with a relay, with and without a daemon."""
    made = new_desk(smtp=sink.port)
    if request.param == "socket":
        made.start()
    return made


@pytest.mark.slow
def test_transcript_works(acme: Shell, sink: SmtpSink) -> None:
    daemon = acme.daemon is not None
    assert acme("config", "check").out.endswith("no problems found\n")
    acme("doctor")
    if daemon:
        acme("channel", "test", "support")
    acme.ingest(mail("Ana Kim <ana@example.org>", "Printer", "It burns."))
    acme.ingest(mail("김민수 <minsu@example.kr>", "환불 요청", "환불해 주세요."))
    acme.ingest(mail("Ben <ben@example.net>", "Printer again", "Me too."))

    assert [row["number"] for row in acme.tickets()] == [3, 2, 1]
    assert "환불 요청" in acme("list").out
    assert "It burns." in acme("show", "1").out
    assert acme("next").out.startswith("#1 “Printer”")
    acme("take", "1")  # the agent's own ticket: no error
    waited = acme("reply", "1", "-m", "We are on it.", "--wait", code=0 if daemon else 6)
    if daemon:
        answers = [m for m in sink.wait(1) if m.recipients == ("ana@example.org",)]
        assert [m.text.strip() for m in answers] == ["We are on it."]
        assert acme.show(1)["messages"][1]["delivery"] == "sent"
    else:
        assert "outbox" in waited.err
        assert [row["to"] for row in acme("outbox", "list", "--json", "--ticket", "1").rows if row["to"]][-1:] == [
            ["ana@example.org"]
        ]
    assert acme.show(1)["status"] == "pending"
    acme("note", "1", "-m", "asked finance")
    acme("assign", "1", "agent2")
    acme("escalate", "1", "--to", "lead", "--reason", "angry customer")
    acme("tag", "1", "+refund", "+spam")
    acme("tag", "1", "--remove", "spam")
    acme("set", "1", "priority=high")
    ticket = acme.show(1)
    assert (ticket["assignee"], ticket["tags"], ticket["priority"]) == ("lead", ["refund"], "high")
    assert "agent2" in ticket["followers"]
    acme("solve", "1")
    assert acme.show(1)["status"] == "solved"
    acme("reopen", "1")
    assert acme.show(1)["status"] == "open"
    assert "different customers" in acme("merge", "3", "--into", "1", code=4).err
    acme("merge", "3", "--into", "1", "--yes")
    assert (acme.show(3)["status"], acme.show(3)["merged_into"]) == ("merged", 1)
    assert "Me too." in acme("show", "1").out
    assert "merged" in acme("log", "3").out
    acme("undo")
    assert acme.show(3)["status"] != "merged"
    made = acme.pipe(
        'echo "text" | deskctl new --from customer@example.org --subject "by phone" --channel phone --json -'
    ).row
    number = made["facts"]["number"]
    phone = acme.show(number)
    assert [(m["kind"], m["author"], m["text"]) for m in phone["messages"]] == [("in", "customer@example.org", "text")]
    assert phone["channel"] == "phone"
    acme("reply", str(number), "-m", "x", code=4)
    acme.pipe("deskctl list --json | jq -r .number | deskctl assign - agent1")
    assert {row["assignee"] for row in acme.tickets()} == {"agent1"}
    acme("inbox", "list")
    acme("outbox", "list")
    assert {"console", "email"} <= {row["name"] for row in acme("plugin", "list", "--json").rows}
    status = acme("db", "status", "--json").row
    assert status["revision"] == status["head"]
    assert status["pending"] == []


def test_daemon_sends_waiting_messages_at_start(local_desk: Shell, sink: SmtpSink) -> None:
    local_desk.ingest(mail())
    local_desk("reply", "1", "-m", "Soon.", "--wait", code=6)
    local_desk.start()
    wait_until(lambda: "ana@example.org" in {m.recipients[0] for m in sink.mails}, what="the answer leaves")


def test_second_daemon_is_refused_with_exit_code_4(local_desk: Shell) -> None:
    local_desk.start()
    assert "already runs" in local_desk("daemon", "run", code=4).err


def test_daemon_status_and_stop_work(local_desk: Shell) -> None:
    local_desk("daemon", "status", code=1)
    local_desk.start()
    services = local_desk("daemon", "status", "--json").row["services"]
    assert {"sender", "timers", "support"} <= {row["name"] for row in services}
    assert local_desk("daemon", "stop").out.startswith("stopped")
    assert local_desk("daemon", "stop").out == "no daemon runs for this desk\n"
    local_desk("daemon", "status", code=1)
