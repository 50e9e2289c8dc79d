"""The local desk, without a daemon."""

from __future__ import annotations

import base64
import os
import pwd
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskctl.bootstrap import open_desk
from deskctl.core.agents.commands import AddAgent
from deskctl.core.agents.queries import ListTeams
from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.intake.queries import ListInbox
from deskctl.core.messages.commands import Reply
from deskctl.core.operations.queries import DeskHealth
from deskctl.core.tickets.commands import Create, Take
from deskctl.core.tickets.queries import ListTickets
from deskctl.desk import local
from deskctl.desk.lock import COMMAND, OwnerLock
from deskctl.desk.remote import RemoteDesk
from deskctl.errors import NotFound, TemporaryFailure, Unavailable, UsageError
from tests.daemon.running import AWKWARD, launch, make_desk, running
from tests.servers import stores

WaitUntil = Callable[..., Any]

CHANNELS = """
[channels.ops]
type = "console"
team = "support"
inbox = "in"
answers = "out.jsonl"
[channels.odd]
type = "awkward"
mode = "idle"
"""


@pytest.fixture
def folder(tmp_path: Path, desk_url: str) -> Path:
    return make_desk(tmp_path / "desk", desk_url, CHANNELS, {"awkward": AWKWARD})


@pytest.fixture
def lite(tmp_path: Path) -> Path:
    """A desk on SQLite, for tests about files."""
    return make_desk(tmp_path / "lite", f"sqlite:///{tmp_path / 'desk.db'}", CHANNELS, {"awkward": AWKWARD})


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


MAIL = encoded("From: ann@example.org\nSubject: Printer\n\nIt burns.\n")


def test_ingested_mail_is_a_ticket_when_the_command_returns(folder: Path) -> None:
    desk = open_desk(folder / "config.toml")
    assert desk.call("ingest", raw_base64=MAIL, channel="ops") == {"channel": "ops", "new": True}
    assert [t["subject"] for t in desk.ask(ListTickets())] == ["Printer"]
    assert desk.call("ingest", raw_base64=MAIL, channel="ops") == {"channel": "ops", "new": False}
    assert len(desk.ask(ListTickets())) == 1
    desk.close()


def test_unreadable_mail_is_stored(folder: Path) -> None:
    desk = open_desk(folder / "config.toml")
    assert desk.call("ingest", raw_base64=encoded("BROKEN"), channel="odd")["new"]
    assert [row["state"] for row in desk.ask(ListInbox())] == ["quarantined"]
    desk.close()


def test_error_after_the_journal_does_not_return_the_mail(folder: Path, desk_url: str) -> None:
    """A mail in the journal is durable; the next owner of the desk turns it into a ticket."""
    desk = open_desk(folder / "config.toml")
    with stores.without_table(desk_url, "participants"):
        assert desk.call("ingest", raw_base64=MAIL, channel="ops")["new"]
    assert [row["state"] for row in desk.ask(ListInbox())] == ["waiting"]
    desk.call("ingest", raw_base64=encoded("another"), channel="ops")
    assert len(desk.ask(ListTickets())) == 2
    assert desk.ask(ListInbox()) == []
    desk.close()


def test_unavailable_journal_makes_the_mail_server_retry(
    folder: Path, desk_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "JOURNAL_WITHIN", 0.2)
    desk = open_desk(folder / "config.toml")
    with stores.without_table(desk_url, "journal"), pytest.raises(TemporaryFailure) as raised:
        desk.call("ingest", raw_base64=MAIL, channel="ops")
    assert raised.value.exit_code == 75
    assert desk.call("ingest", raw_base64=MAIL, channel="ops")["new"]
    desk.close()


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        ({"raw_base64": MAIL}, UsageError),  # no email channel to guess
        ({"raw_base64": MAIL, "channel": "nowhere"}, NotFound),
        ({"raw_base64": ""}, UsageError),
        ({}, UsageError),
    ],
    ids=["which channel", "unknown channel", "empty", "nothing"],
)
def test_invalid_ingest_is_refused(lite: Path, params: dict[str, Any], kind: type[Exception]) -> None:
    desk = open_desk(lite / "config.toml")
    with pytest.raises(kind):
        desk.call("ingest", **params)
    desk.close()


def test_reply_waits_in_the_outbox(folder: Path) -> None:
    desk = open_desk(folder / "config.toml")
    desk.execute(AddAgent("ana", "Ana", "ana@acme.test"))
    desk.call("ingest", raw_base64=MAIL, channel="ops")
    outcome = desk.execute(Reply(1, "We are on it.", at_once=True), agent="ana")
    row = desk.call("wait_delivery", outbox=outcome.facts["outbox"], seconds=60)  # at once, as it is
    assert row["state"] == "queued"
    assert row["id"] in [entry["id"] for entry in desk.ask(ListOutbox())]
    desk.close()


def test_dry_run_reports_the_outcome_and_changes_nothing(folder: Path) -> None:
    desk = open_desk(folder / "config.toml")
    desk.execute(AddAgent("ana", "Ana", "ana@acme.test"))
    outcome = desk.execute(Create("ann@example.org", "Printer", "It burns."), agent="ana", dry_run=True)
    assert outcome.changed
    assert "1" in outcome.summary
    assert desk.ask(ListTickets(all=True)) == []
    desk.close()


def test_teams_of_channels_are_created_without_a_daemon(folder: Path) -> None:
    desk = open_desk(folder / "config.toml")
    assert [team["handle"] for team in desk.ask(ListTeams())] == ["support"]
    desk.close()


def test_caller_acts_as_the_agent_with_their_login(folder: Path) -> None:
    me = pwd.getpwuid(os.getuid()).pw_name
    desk = open_desk(folder / "config.toml")
    desk.execute(AddAgent("ana", "Ana", "ana@acme.test"))
    desk.execute(AddAgent("eve", "Eve", "eve@acme.test", login=me))
    assert desk.info.agent == "eve"
    desk.execute(Create("ann@example.org", "Printer", "It burns."))
    desk.execute(Take(1))
    assert desk.ask(ListTickets())[0]["assignee"] == "eve"
    desk.close()


def test_channels_are_off_without_a_daemon(folder: Path) -> None:
    desk = open_desk(folder / "config.toml")
    assert {row["name"]: row["state"] for row in desk.call("channels")} == {"ops": "off", "odd": "off"}
    assert desk.ask(DeskHealth()) == {
        "daemon": False, "pid": None, "started_at": None, "config_sha256": None, "services": [],
    }  # fmt: skip
    assert "awkward" in [row["name"] for row in desk.call("plugins")]
    desk.close()


def test_channel_test_works_without_a_daemon(folder: Path) -> None:
    desk = open_desk(folder / "config.toml")
    report = desk.call("channel_test", name="ops")
    assert (report["channel"], report["ok"], [part["name"] for part in report["parts"]]) == (
        "ops",
        True,
        ["inbox", "answers"],
    )
    desk.close()


def test_commands_wait_for_each_other(lite: Path, wait_until: WaitUntil) -> None:
    first = open_desk(lite / "config.toml")
    opened: list[Any] = []
    second = threading.Thread(target=lambda: opened.append(open_desk(lite / "config.toml")))
    second.start()
    first.execute(AddAgent("ana", "Ana", "ana@acme.test"))
    assert not opened
    first.close()
    second.join(20)
    assert opened[0].info.agents == ("ana",)
    opened[0].close()


def test_command_that_waits_too_long_names_the_owner_of_the_lock(lite: Path) -> None:
    lock = OwnerLock(lite)
    lock.take(COMMAND)
    with pytest.raises(Unavailable, match=f"pid {os.getpid()}") as raised:
        open_desk(lite / "config.toml", wait=0.1)
    assert raised.value.exit_code == 6
    lock.release()


def test_running_daemon_is_used(folder: Path) -> None:
    with running(folder) as daemon:
        desk = open_desk(folder / "config.toml")
        assert isinstance(desk, RemoteDesk)
        assert desk.info.daemon
        desk.close()
        daemon.kill()
    desk = open_desk(folder / "config.toml")  # the socket that the daemon left has no listener
    assert not desk.info.daemon
    desk.close()


def test_command_waits_for_a_starting_daemon(lite: Path, wait_until: WaitUntil) -> None:
    """The daemon takes the lock before it serves its socket; a command in between waits for the socket."""
    process = launch(lite, lite / "log")
    try:
        lock = OwnerLock(lite)
        wait_until(lambda: lock.holder()[1] == "daemon", 30)
        desk = open_desk(lite / "config.toml")
        assert desk.info.daemon
        desk.close()
    finally:
        process.kill()
        process.wait()
