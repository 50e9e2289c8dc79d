"""A running daemon: it receives and sends messages, isolates its channels, and stops cleanly."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskctl.cli.main import run
from deskctl.core.agents.queries import ListTeams
from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.intake.queries import ListInbox
from deskctl.core.messages.commands import Reply
from deskctl.core.operations.queries import DeskHealth
from deskctl.core.tickets.commands import Create, Solve
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.desk import remote
from deskctl.desk.remote import RemoteDesk
from deskctl.errors import UsageError
from tests.daemon.running import Daemon, add_agent, command, launch, running

WaitUntil = Callable[..., Any]
MakeDesk = Callable[[str], Path]


def put(folder: Path, name: str, text: str) -> None:
    """Deliver a message to the console channel."""
    (folder / "in").mkdir(exist_ok=True)
    (folder / f"{name}.new").write_text(text)
    (folder / f"{name}.new").rename(folder / "in" / name)


def channel_table(name: str, mode: str, sent: str = "sent") -> str:
    return f'[channels.{name}]\ntype = "awkward"\nmode = "{mode}"\nsent = "{sent}"\n'


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def health_of(desk: RemoteDesk, name: str) -> Any:
    return next(service for service in desk.ask(DeskHealth())["services"] if service["name"] == name)


def test_message_becomes_a_ticket_and_the_reply_is_sent(daemon: Daemon, wait_until: WaitUntil) -> None:
    put(daemon.folder, "one", "From: ann@example.org\nSubject: Printer\n\nIt burns.\n")
    desk = daemon.desk()
    [ticket] = wait_until(lambda: desk.ask(ListTickets()), what="the message is a ticket")
    assert (ticket["subject"], ticket["team"]) == ("Printer", "support")
    outcome = desk.execute(Reply(ticket["number"], "We are on it.", at_once=True), agent="ana")
    row = desk.call("wait_delivery", outbox=outcome.facts["outbox"], seconds=20)
    assert row["state"] == "sent"
    [answer] = [json.loads(text) for text in (daemon.folder / "out.jsonl").read_text().splitlines()]
    assert (answer["to"], answer["message_id"]) == (["ann@example.org"], row["message_id"])
    desk.close()


def test_teams_of_channels_are_created(daemon: Daemon) -> None:
    desk = daemon.desk()
    assert [team["handle"] for team in desk.ask(ListTeams())] == ["support"]
    desk.close()


def test_reply_is_sent_after_the_undo_window(daemon: Daemon, wait_until: WaitUntil) -> None:
    put(daemon.folder, "one", "From: ann@example.org\nSubject: Printer\n\nIt burns.\n")
    desk = daemon.desk()
    wait_until(lambda: desk.ask(ListTickets()))
    desk.execute(Reply(1, "We are on it."), agent="ana")
    assert desk.ask(ListOutbox(ticket=1))[0]["state"] == "queued"
    wait_until(lambda: [m["delivery"] for m in desk.ask(ShowTicket(1))["messages"]] == [None, "sent"])
    desk.close()


def test_timer_closes_a_solved_ticket(daemon: Daemon, wait_until: WaitUntil) -> None:
    desk = daemon.desk()
    desk.execute(Create("ann@example.org", "Printer", "It burns."), agent="ana")
    desk.execute(Solve(1), agent="ana")
    wait_until(lambda: desk.ask(ShowTicket(1))["status"] == "closed", what="the ticket is closed")
    desk.close()


def test_same_mail_ingested_twice_is_one_message(daemon: Daemon, wait_until: WaitUntil) -> None:
    desk = daemon.desk()
    mail = encoded("From: ann@example.org\nSubject: Printer\n\nIt burns.\n")
    assert desk.call("ingest", raw_base64=mail, channel="ops") == {"channel": "ops", "new": True}
    assert desk.call("ingest", raw_base64=mail, channel="ops") == {"channel": "ops", "new": False}
    wait_until(lambda: len(desk.ask(ListTickets())) == 1)
    wait_until(lambda: [row["state"] for row in desk.ask(ListInbox(all=True))] == ["done"])
    desk.close()


@pytest.mark.parametrize(
    "params",
    [{}, {"raw_base64": 7}, {"raw_base64": "%%%"}, {"raw_base64": ""}, {"raw_base64": "aGk=", "x": 1}],
    ids=["nothing", "a number", "no base64", "empty", "unknown"],
)
def test_invalid_ingest_is_refused(daemon: Daemon, params: dict[str, Any]) -> None:
    desk = daemon.desk()
    with pytest.raises(UsageError):
        desk.call("ingest", **params)
    assert desk.ask(ListInbox(all=True)) == []
    desk.close()


def test_faulty_channels_do_not_affect_others(desk_with: MakeDesk, wait_until: WaitUntil) -> None:
    channels = [
        channel_table("crashing", "crash"),
        channel_table("hanging", "stuck"),
        channel_table("refused", "refused"),
    ]
    with running(desk_with("".join([*channels, channel_table("away", "away")]))) as daemon:
        add_agent(daemon)
        desk = daemon.desk()
        put(daemon.folder, "one", "From: ann@example.org\nSubject: Printer\n\nIt burns.\n")
        wait_until(lambda: desk.ask(ListTickets()), what="the working channel receives")
        wait_until(lambda: health_of(desk, "crashing")["restarts"] >= 2, what="the crashing channel restarts")
        states = {row["name"]: row["state"] for row in desk.call("channels")}
        assert (states["ops"], states["hanging"], states["refused"]) == ("running", "running", "stopped")
        assert "password is wrong" in health_of(desk, "refused")["last_error"]
        assert "because of an error in the plugin of awkward" in daemon.log
        desk.close()


def test_channel_that_hangs_while_sending_does_not_delay_others(desk_with: MakeDesk, wait_until: WaitUntil) -> None:
    with running(desk_with(channel_table("hanging", "stuck"))) as daemon:
        add_agent(daemon)
        desk = daemon.desk()
        for n in range(10):
            desk.call("ingest", raw_base64=encoded(f"help {n}"), channel="hanging")
        wait_until(lambda: len(desk.ask(ListTickets())) == 10)
        put(daemon.folder, "one", "From: eve@example.org\nSubject: Printer\n\nIt burns.\n")
        tickets = wait_until(lambda: [t for t in desk.ask(ListTickets()) if t["channel"] == "ops"])
        for ticket in desk.ask(ListTickets()):
            if ticket["channel"] == "hanging":
                desk.execute(Reply(ticket["number"], "yes", at_once=True), agent="ana")
        outcome = desk.execute(Reply(tickets[0]["number"], "yes", at_once=True), agent="ana")
        assert desk.call("wait_delivery", outbox=outcome.facts["outbox"], seconds=20)["state"] == "sent"
        desk.close()


def test_unreadable_message_is_quarantined_and_others_are_processed(desk_with: MakeDesk, wait_until: WaitUntil) -> None:
    with running(desk_with(channel_table("odd", "idle"))) as daemon:
        desk = daemon.desk()
        for text in ("one", "BROKEN", "two"):
            desk.call("ingest", raw_base64=encoded(text), channel="odd")
        wait_until(lambda: sorted(t["subject"] for t in desk.ask(ListTickets())) == ["one", "two"])
        [row] = wait_until(lambda: desk.ask(ListInbox()), what="the broken one is quarantined")
        assert row["state"] == "quarantined"
        assert "no channel can read this" in row["reason"]
        desk.close()


def test_message_that_kills_the_process_three_times_is_quarantined(desk_with: MakeDesk, wait_until: WaitUntil) -> None:
    folder = desk_with(channel_table("odd", "idle"))
    with running(folder) as daemon:
        desk = daemon.desk()
        desk.call("ingest", raw_base64=encoded("KILL"), channel="odd")
        assert daemon.process.wait(20) == 9
        desk.close()
    deaths = 1
    while True:
        log = folder / "again.log"
        process = launch(folder, log)
        try:
            wait_until(lambda: process.poll() is not None or "quarantined" in log.read_text(), 30)  # noqa: B023
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(30)
        if code == 0:
            break
        deaths += 1
        assert deaths < 10
    assert deaths == 3
    with running(folder) as daemon:
        desk = daemon.desk()
        [row] = desk.ask(ListInbox())
        assert (row["state"], row["reason"]) == (
            "quarantined",
            "the process died 3 times while it processed the message",
        )
        desk.call("ingest", raw_base64=encoded("fine"), channel="odd")
        wait_until(lambda: [t["subject"] for t in desk.ask(ListTickets())] == ["fine"])
        desk.close()


def test_sigterm_waits_for_the_message_being_sent(desk_with: MakeDesk, wait_until: WaitUntil) -> None:
    folder = desk_with(channel_table("slow", "slow"))
    with running(folder) as daemon:
        add_agent(daemon)
        desk = daemon.desk()
        desk.call("ingest", raw_base64=encoded("help"), channel="slow")
        wait_until(lambda: desk.ask(ListTickets()))
        desk.execute(Reply(1, "yes", at_once=True), agent="ana")
        wait_until((folder / "sent.begun").exists, what="sending has begun")
        desk.close()
        daemon.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not (folder / "desk.sock").exists(), what="the daemon stops")
        (folder / "sent.continue").touch()
        assert daemon.process.wait(30) == 0
    assert not (folder / "desk.sock").exists()
    with running(folder) as daemon:
        desk = daemon.desk()
        assert [m["delivery"] for m in desk.ask(ShowTicket(1))["messages"]] == [None, "sent"]
        assert len((folder / "sent").read_text().splitlines()) == 1
        desk.close()


def test_message_being_sent_at_a_kill_is_uncertain(desk_with: MakeDesk, wait_until: WaitUntil) -> None:
    folder = desk_with(channel_table("slow", "slow"))
    with running(folder) as daemon:
        add_agent(daemon)
        desk = daemon.desk()
        desk.call("ingest", raw_base64=encoded("help"), channel="slow")
        wait_until(lambda: desk.ask(ListTickets()))
        desk.execute(Reply(1, "yes", at_once=True), agent="ana")
        wait_until((folder / "sent.begun").exists, what="sending has begun")
        desk.close()
        daemon.kill()
    with running(folder) as daemon:
        desk = daemon.desk()
        assert [m["delivery"] for m in desk.ask(ShowTicket(1))["messages"]] == [None, "uncertain"]
        assert not (folder / "sent").exists()
        desk.close()


def test_second_daemon_is_refused_with_the_pid_of_the_first(daemon: Daemon) -> None:
    second = command(daemon.folder, "daemon", "run")
    assert second.returncode == 4
    assert f"pid {daemon.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr


def test_suspended_daemon_is_an_error_and_is_not_bypassed(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After SIGSTOP the kernel still accepts connections, but the daemon does not answer."""
    monkeypatch.setattr(remote, "HELLO_WITHIN", 1.0)
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        code = run(["--config", str(daemon.folder / "config.toml"), "list"])
    finally:
        daemon.process.send_signal(signal.SIGCONT)
    assert code == 6
    assert "does not answer" in capsys.readouterr().err


def test_systemd_gets_ready_watchdog_and_stopping(desk_with: MakeDesk, tmp_path: Path, wait_until: WaitUntil) -> None:
    import os
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        path = str(tmp_path / "notify")
        manager.bind(path)
        manager.settimeout(20)
        os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"] = path, "200000"
        try:
            with running(desk_with("")) as daemon:
                heard: set[bytes] = set()
                while not {b"READY=1", b"WATCHDOG=1"} <= heard:
                    heard.add(manager.recv(100))
                assert heard == {b"READY=1", b"WATCHDOG=1"}
                daemon.process.send_signal(signal.SIGTERM)
                while manager.recv(100) != b"STOPPING=1":
                    pass
                assert daemon.process.wait(20) == 0
        finally:
            del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]


def test_idle_daemon_does_not_poll(desk_with: MakeDesk, wait_until: WaitUntil) -> None:
    """Only the console channel polls its folder; without it the process sleeps."""
    folder = desk_with(channel_table("quiet", "idle"))
    text = (folder / "config.toml").read_text()
    (folder / "config.toml").write_text(text.replace('poll = "1s"', 'poll = "1h"'))
    if "postgresql" in text:
        pytest.skip("other daemons may write to a store on a server, so the daemon polls it")
    with running(folder) as daemon:
        wait_until(lambda: _switches_within(daemon, 0.3) == 0, 30, "the work of the start is done")
        # Two checks for hanging plugins, each in two threads, and two checks of the store: one switch for each thread.
        assert _switches_within(daemon, 3) <= 2 * 2 + 2


def _switches_within(daemon: Daemon, seconds: float) -> int:
    before = _switches(daemon)
    subprocess.run(["sleep", str(seconds)], check=True)
    return _switches(daemon) - before


def _switches(daemon: Daemon) -> int:
    """Return the number of times that the threads of the daemon have gone to sleep."""
    total = 0
    for task in Path(f"/proc/{daemon.process.pid}/task").iterdir():
        for row in (task / "status").read_text().splitlines():
            if row.startswith("voluntary_ctxt_switches"):
                total += int(row.split()[1])
    return total


def test_daemon_works_if_the_log_cannot_be_written(desk_with: MakeDesk, wait_until: WaitUntil) -> None:
    """The disk of the log is full; the daemon still accepts mail."""
    folder = desk_with("")
    line = [sys.executable, "-m", "deskctl.cli.main", "--config", str(folder / "config.toml"), "daemon", "run"]
    with Path("/dev/full").open("wb") as full:
        process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=full, stderr=full)
    try:
        wait_until((folder / "desk.sock").exists, 30, "the daemon serves")
        put(folder, "one", "From: ann@example.org\nSubject: Printer\n\nIt burns.\n")
        desk = RemoteDesk.connect(folder / "desk.sock")
        assert desk is not None
        wait_until(lambda: desk.ask(ListTickets()), what="the message is a ticket")
        assert {service["restarts"] for service in desk.ask(DeskHealth())["services"]} == {0}
        desk.close()
    finally:
        process.terminate()
        code = process.wait(60)
    assert code == 0
