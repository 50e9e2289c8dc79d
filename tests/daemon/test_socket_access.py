"""Access to a desk over its socket: the owner, agents by their login, ingest users, and no one else."""

from __future__ import annotations

import base64
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.tickets.commands import Create
from deskctl.core.tickets.queries import ShowTicket
from tests.daemon.running import Daemon, add_agent, make_desk, running

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can be several users in one test")

NOBODY = pwd.getpwnam("nobody")
GHOST = 54_321  # a uid without an account

#: Sends the lines of standard input to the socket `argv[1]` as the uid `argv[2]`; prints the hello and the answers.
AS_ANOTHER = """
import os, socket, sys
os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))
with socket.socket(socket.AF_UNIX) as desk:
    desk.connect(sys.argv[1])
    lines = desk.makefile("rwb")
    sys.stdout.write(lines.readline().decode())
    for line in sys.stdin:
        lines.write(line.encode()); lines.flush()
        sys.stdout.write(lines.readline().decode())
"""

MAIL = base64.b64encode(b"From: Ann <ann@example.org>\nSubject: Printer\nMessage-ID: <a@b>\n\nIt burns.\n").decode()
INGEST: dict[str, Any] = {"call": {"ingest": {"raw_base64": MAIL, "channel": "ops"}}}
#: One or two examples of each kind of request that an agent may use. They do not depend on each other.
AGENTS: list[dict[str, Any]] = [
    {"ask": {"ListTickets": {}}},
    {"ask": {"ShowTicket": {"number": 1}}},
    {"ask": {"ListAgents": {}}},
    {"ask": {"ListInbox": {}}},
    {"ask": {"ListOutbox": {"all": True}}},
    {"ask": {"Completions": {"kind": "contact"}}},
    {"ask": {"DeskHealth": {}}},
    {"call": {"channels": {}}},
    {"call": {"plugins": {}}},
    {"call": {"suggest": {"ticket": 1}}},
    {"request": {"kb.search": {"text": "printer"}}},
    {"execute": {"Note": {"ticket": 1, "text": "hello"}}},
    {"execute": {"SetContact": {"contact": 1, "values": [["name", "Ann"]]}}},
    {"execute": {"Block": {"pattern": "spam@example.org"}}},
    {"execute": {"AddCalendar": {"name": "c", "timezone": "UTC", "hours": "mon-fri 09:00-18:00"}}},
    {"execute": {"AddPolicy": {"name": "p", "targets": [["first_response", "1h"]]}}},
    {"execute": {"AddShift": {"agent": "ana", "hours": "mon-fri 09:00-18:00"}}},
    {"execute": {"SetPresence": {"state": "away", "agent": "ana"}}},
    {"execute": {"EraseContact": {"contact": 1}}, "dry_run": True},
]
OWNERS: list[dict[str, Any]] = [
    {"execute": {"AddAgent": {"handle": "mallory", "name": "M", "email": "m@acme.test", "login": "nobody"}}},
    {"execute": {"ChangeAgent": {"handle": "ana", "login": "nobody"}}},
    {"execute": {"AddTeam": {"handle": "evil"}}},
    {"execute": {"ChangeTeam": {"handle": "support", "name": "x"}}},
    {"call": {"channel_test": {"name": "ops"}}},
    {"call": {"channel_start": {"name": "ops"}}},
    {"call": {"channel_action": {"name": "ops", "action": "x", "params": {}}}},
    {"call": {"reparse": {}}},
    {"call": {"job_retry": {"job": 1}}},
    {"call": {"job_drop": {"job": 1}}},
]
NOBODYS: list[dict[str, Any]] = [
    {"ask": {"RawMessages": {}}},
    {"execute": {"FireTimer": {"timer": 1}}},
    {"call": {"anything": {}}},
    {"request": {"kb.anything": {}}},
]


@pytest.fixture
def shared() -> Iterator[Daemon]:
    """A daemon in a folder that all users can enter, with the agents ana (no login) and eve, and a ticket."""
    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    try:
        folder.chmod(0o755)
        channels = '[channels.ops]\ntype = "console"\nteam = "support"\ninbox = "in"\nanswers = "out.jsonl"\n'
        make_desk(folder, f"sqlite:///{folder / 'desk.db'}", channels)
        config = folder / "config.toml"
        config.write_text(config.read_text().replace("[desk]\n", '[desk]\ningest_users = ["mail", "nobody", "gone"]\n'))
        with running(folder) as daemon:
            (folder / "desk.sock").chmod(0o666)
            add_agent(daemon)
            add_agent(daemon, "eve", login="daemon")
            desk = daemon.desk()
            desk.execute(Create("ann@example.org", "Printer", "It burns."), agent="ana")
            desk.close()
            yield daemon
    finally:
        shutil.rmtree(folder)


def speak(daemon: Daemon, user: str | int, documents: list[dict[str, Any]], claim: str | None = None) -> list[Any]:
    """Return the hello and the answers that a user gets."""
    uid, gid = (user, user) if isinstance(user, int) else pwd.getpwnam(user)[2:4]
    lines = "".join(
        json.dumps({"id": number, **({"as": claim} if claim else {}), **document}) + "\n"
        for number, document in enumerate(documents)
    )
    code = [sys.executable, "-c", AS_ANOTHER, str(daemon.folder / "desk.sock"), str(uid), str(gid)]
    done = subprocess.run(code, input=lines, capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def messages(daemon: Daemon) -> list[Any]:
    """Return the messages of the ticket."""
    desk = daemon.desk()
    try:
        found: list[Any] = desk.ask(ShowTicket(1))["messages"]
        return found
    finally:
        desk.close()


def kinds(answers: list[Any]) -> list[str]:
    """Return "ok" or the kind of error for each answer."""
    return ["ok" if "ok" in answer else answer["error"]["kind"] for answer in answers]


@pytest.mark.parametrize("user", ["games", GHOST, "nobody"])
@pytest.mark.parametrize("claim", [None, "ana", "eve", "unknown"])
def test_user_who_is_not_an_agent_is_refused_everything(shared: Daemon, user: str | int, claim: str | None) -> None:
    hello, *answers = speak(shared, user, AGENTS + OWNERS + NOBODYS, claim)
    assert (hello["agent"], hello["agents"]) == (None, [])
    assert set(kinds(answers)) <= {"Refused", "UsageError"}
    assert kinds(answers[: len(AGENTS + OWNERS)]) == ["Refused"] * len(AGENTS + OWNERS)
    assert claim == "ana" or '"ana"' not in json.dumps([hello, answers])
    assert len(messages(shared)) == 1


def test_agent_may_work_on_tickets_but_not_administer_or_ingest(shared: Daemon) -> None:
    hello, *answers = speak(shared, "daemon", AGENTS + OWNERS + [INGEST])
    assert (hello["agent"], hello["agents"]) == ("eve", ["ana", "eve"])
    assert kinds(answers) == ["ok"] * len(AGENTS) + ["Refused"] * (len(OWNERS) + 1)
    assert messages(shared)[-1]["author"] == "eve"


@pytest.mark.parametrize("kind", ["ask", "call", "request", "execute"])
def test_agent_may_not_act_as_another_agent(shared: Daemon, kind: str) -> None:
    asked = [document for document in AGENTS if kind in document]
    assert kinds(speak(shared, "daemon", asked, "ana")[1:]) == ["Refused"] * len(asked)
    assert kinds(speak(shared, "daemon", asked, "eve")[1:]) == ["ok"] * len(asked)


def test_deactivated_agent_or_missing_account_is_refused(shared: Daemon) -> None:
    desk = shared.desk()
    desk.execute(ChangeAgent("eve", login="no-such-account"))
    assert kinds(speak(shared, GHOST, AGENTS[:1], "eve")[1:]) == ["Refused"]
    assert kinds(speak(shared, "daemon", AGENTS[:1], "eve")[1:]) == ["Refused"]
    desk.execute(ChangeAgent("eve", login="daemon", active=False))
    assert kinds(speak(shared, "daemon", AGENTS[:1])[1:]) == ["Refused"]
    desk.close()


@pytest.mark.parametrize("user", ["mail", "nobody", "root"])
def test_ingest_users_and_the_owner_may_ingest(shared: Daemon, user: str) -> None:
    assert kinds(speak(shared, user, [INGEST])[1:]) == ["ok"]


@pytest.mark.parametrize("user", ["games", "daemon", GHOST])
def test_other_users_may_not_ingest(shared: Daemon, user: str | int) -> None:
    assert kinds(speak(shared, user, [INGEST])[1:]) == ["Refused"]


def test_owner_reads_without_an_agent_and_may_act_as_any(shared: Daemon) -> None:
    reading = [document for document in AGENTS if "execute" not in document]
    assert kinds(speak(shared, "root", reading)[1:]) == ["ok"] * len(reading)
    assert kinds(speak(shared, "root", reading, "ana")[1:]) == ["ok"] * len(reading)
    assert kinds(speak(shared, "root", reading, "unknown")[1:]) == ["UsageError"] * len(reading)
    assert kinds(speak(shared, "root", NOBODYS)[1:]) == ["UsageError", "UsageError", "UsageError", "NotFound"]
