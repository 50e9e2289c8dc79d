"""A transaction may run more than once (PostgreSQL: after a conflict). Only the committed attempt has an effect."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deskctl.bootstrap import open_desk
from deskctl.core.agents.commands import AddAgent
from deskctl.core.messages.commands import Note, Reply
from deskctl.core.tickets.commands import Create
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.core.undo.commands import Undo
from deskctl.desk import Desk
from deskctl.desk.execution import Executed
from deskctl.desk.local import LocalEnvironment
from deskctl.store import write as written
from deskctl.store.errors import Conflict
from tests.daemon.running import make_desk

CHANNELS = '[channels.ops]\ntype = "console"\nteam = "support"\ninbox = "in"\nanswers = "out.jsonl"\n'
#: A plugin whose request counts its calls outside the transaction, so that the test can see each attempt.
COUNTER = """
from dataclasses import dataclass
from deskctl.plugins import RequestType, hookimpl
from deskctl.plugins.actions import Note

attempts = []

@dataclass(frozen=True)
class Add:
    ticket: int

def add(params, context):
    attempts.append(params.ticket)
    context.execute(Note(params.ticket, "from the plugin"))
    return {"attempts": len(attempts)}

@hookimpl
def deskctl_requests():
    return [RequestType("counter.add", Add, add, writes=True, needs_agent=True)]
"""


class Conflicts:
    """Makes the first attempt of each transaction fail after its work has run, while `enabled`."""

    def __init__(self) -> None:
        self.enabled = False
        self.raised = 0
        self._failed = False

    def check(self) -> None:
        self._failed = self.enabled and not self._failed
        if self._failed:
            self.raised += 1
            raise Conflict("forced by the test")


@pytest.fixture
def conflicts(monkeypatch: pytest.MonkeyPatch) -> Conflicts:
    forced, write = Conflicts(), written.write

    def write_or_fail(*arguments: Any) -> None:
        forced.check()
        write(*arguments)

    monkeypatch.setattr("deskctl.store.store.write", write_or_fail)
    return forced


@pytest.fixture
def desk(tmp_path: Path, desk_url: str) -> Iterator[Desk]:
    folder = make_desk(tmp_path / "desk", desk_url, CHANNELS, {"counter": COUNTER})
    with closing(open_desk(folder / "config.toml")) as desk:
        desk.execute(AddAgent("ana", "Ana", "ana@acme.test"))
        yield desk


def ingest(desk: Desk, subject: str) -> None:
    mail = f"From: ann@example.org\nSubject: {subject}\n\nIt burns.\n".encode()
    assert desk.call("ingest", raw_base64=base64.b64encode(mail).decode(), channel="ops")["new"]


def test_reparse_reports_only_the_committed_attempt(
    desk: Desk, conflicts: Conflicts, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(desk, "Printer")
    ingest(desk, "Scanner")
    reported: list[Executed] = []
    monkeypatch.setattr(LocalEnvironment, "on_executed", lambda self, executed: reported.append(executed))
    conflicts.enabled = True
    assert desk.call("reparse") == {"done": 2, "failed": [], "after": None}
    assert conflicts.raised == 1
    assert len(reported) == 1


def test_commands_intake_and_plugin_requests_have_effect_once_after_a_conflict(
    desk: Desk, conflicts: Conflicts
) -> None:
    conflicts.enabled = True
    ingest(desk, "Printer")
    number = desk.execute(Create("bob@example.org", "Scanner", "Help.", channel="ops"), agent="ana").facts["number"]
    desk.execute(Note(number, "one"), agent="ana")
    assert desk.request("counter.add", agent="ana", ticket=number) == {"attempts": 2}
    desk.execute(Reply(number, "two"), agent="ana")
    desk.execute(Undo(), agent="ana")
    assert conflicts.raised >= 6
    tickets = {row["subject"]: row["number"] for row in desk.ask(ListTickets())}
    assert sorted(tickets) == ["Printer", "Scanner"]
    messages = desk.ask(ShowTicket(number))["messages"]
    assert [message["text"] for message in messages if message["kind"] == "note"] == ["one", "from the plugin"]
    assert [message["text"].strip() for message in desk.ask(ShowTicket(tickets["Printer"]))["messages"]] == [
        "It burns."
    ]
