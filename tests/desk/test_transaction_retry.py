"""A transaction may run more than once (PostgreSQL: after a conflict). Only the committed attempt has an effect."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from deskctl.bootstrap import open_desk
from deskctl.core.agents.commands import AddAgent
from deskctl.core.messages.commands import Note, Reply
from deskctl.core.tickets.commands import Create
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.core.undo.commands import Undo
from deskctl.desk import Desk
from tests.daemon.running import make_desk
from tests.servers import stores
from tests.servers.postgres import PostgresServer

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


#: Makes PostgreSQL abort a transaction with serialization_failure when it writes a command or changes a message, once
#: after each reset of the sequence, which a rollback does not reset.
ABORT_ONCE = """
CREATE SEQUENCE writes;
CREATE FUNCTION abort_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('writes') = 1 THEN
        RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER abort_first AFTER INSERT ON commands FOR EACH STATEMENT EXECUTE FUNCTION abort_first();
CREATE TRIGGER abort_first AFTER UPDATE ON messages FOR EACH STATEMENT EXECUTE FUNCTION abort_first();
"""


class Conflicts:
    """A PostgreSQL store in which the first attempt of a transaction is aborted when its work is written."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._execute(ABORT_ONCE)
        self._execute("SELECT setval('writes', 1)")

    @contextmanager
    def one(self) -> Iterator[None]:
        """Abort one transaction within the block, and check that another attempt was made."""
        self._execute("SELECT setval('writes', 1, false)")
        yield
        assert self._execute("SELECT last_value FROM writes") > 1

    def _execute(self, statement: str) -> int:
        with psycopg.connect(self._url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return int(row[0]) if row else 0


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    """The URL of a new PostgreSQL store. SQLite has one writer, so its transactions do not conflict."""
    url = stores.new_postgresql(postgres, "migrated", stores.migrated)
    yield url
    postgres.drop(url)


@pytest.fixture
def desk(tmp_path: Path, url: str) -> Iterator[Desk]:
    folder = make_desk(tmp_path / "desk", url, CHANNELS, {"counter": COUNTER})
    with closing(open_desk(folder / "config.toml")) as desk:
        desk.execute(AddAgent("ana", "Ana", "ana@acme.test"))
        yield desk


@pytest.fixture
def conflicts(desk: Desk, url: str) -> Conflicts:
    return Conflicts(url)


def ingest(desk: Desk, subject: str) -> None:
    mail = f"From: ann@example.org\nSubject: {subject}\n\nIt burns.\n".encode()
    assert desk.call("ingest", raw_base64=base64.b64encode(mail).decode(), channel="ops")["new"]


def test_reparse_counts_each_message_once_after_a_conflict(desk: Desk, conflicts: Conflicts) -> None:
    ingest(desk, "Printer")
    ingest(desk, "Scanner")
    with conflicts.one():
        assert desk.call("reparse") == {"done": 2, "failed": [], "after": None}


def test_commands_intake_and_plugin_requests_have_effect_once_after_a_conflict(
    desk: Desk, conflicts: Conflicts
) -> None:
    with conflicts.one():
        ingest(desk, "Printer")
    with conflicts.one():
        create = Create("bob@example.org", "Scanner", "Help.", channel="ops")
        number = desk.execute(create, agent="ana").facts["number"]
    with conflicts.one():
        desk.execute(Note(number, "one"), agent="ana")
    with conflicts.one():
        assert desk.request("counter.add", agent="ana", ticket=number) == {"attempts": 2}
    with conflicts.one():
        desk.execute(Reply(number, "two"), agent="ana")
    with conflicts.one():
        desk.execute(Undo(), agent="ana")
    tickets = {row["subject"]: row["number"] for row in desk.ask(ListTickets())}
    assert sorted(tickets) == ["Printer", "Scanner"]
    messages = desk.ask(ShowTicket(number))["messages"]
    assert [message["text"] for message in messages if message["kind"] == "note"] == ["one", "from the plugin"]
    assert [message["text"].strip() for message in desk.ask(ShowTicket(tickets["Printer"]))["messages"]] == [
        "It burns."
    ]
