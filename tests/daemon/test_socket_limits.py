"""The limits of the daemon's socket: connections of a user, long lines, idle time, and lists in pages."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from deskctl.bootstrap import load, open_components
from deskctl.core import features
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.settings import Settings
from deskctl.core.kernel.unit import Unit
from deskctl.core.operations.queries import DeskHealth
from deskctl.core.tickets.commands import Create
from deskctl.core.tickets.queries import ListTickets
from deskctl.daemon.health import DaemonHealth
from deskctl.daemon.journal import JournalWorker, Traffic
from deskctl.daemon.request_handler import RequestHandler
from deskctl.daemon.socket import MAX_PER_USER, SMALL_LINE, SocketServer
from deskctl.daemon.supervisor import Supervisor
from deskctl.daemon.writer import WritePriority, Writer
from deskctl.desk.intake import Intake
from deskctl.desk.remote import RemoteDesk
from deskctl.desk.request_table import PAGE_ROWS
from deskctl.desk.wire import LONG_LINE
from deskctl.errors import Unavailable, UsageError
from deskctl.store import Store
from tests.daemon.running import Daemon, add_agent, command, make_desk, running
from tests.servers import stores
from tests.servers.fixtures import StoreCopy
from tests.servers.waiting import wait_until

TICKETS = 2 * PAGE_ROWS + 50


class RawClient:
    """A client that sends any bytes."""

    def __init__(self, path: Path) -> None:
        self.line = socket.socket(socket.AF_UNIX)
        self.line.settimeout(30)
        self.line.connect(str(path))
        self._file = self.line.makefile("rb")
        self.hello = self.answer()

    def answer(self) -> dict[str, Any]:
        raw = self._file.readline()
        found: dict[str, Any] = json.loads(raw) if raw else {}
        return found

    def close(self) -> None:
        self._file.close()
        self.line.close()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with running(make_desk(tmp_path / "desk", f"sqlite:///{tmp_path / 'desk.db'}", "")) as daemon:
        add_agent(daemon)
        yield daemon


@contextlib.asynccontextmanager
async def served(folder: Path, idle: float) -> AsyncIterator[Path]:
    """Serve the desk of a folder in this process, with another idle time than the daemon's."""
    components = open_components(*load(folder / "config.toml"))
    writer, readers = Writer(components.store.journal), ThreadPoolExecutor(1)
    writer.start()
    intake = Intake(components.store, components.parsers(), lambda work: writer.submit(WritePriority.INTAKE, work))
    journal = JournalWorker(components.store.journal, intake, Traffic())
    health = DaemonHealth(Supervisor(), writer, journal, "")
    desk = RequestHandler(components, writer, readers, health, {}, lambda _: None, lambda _: None)
    server = SocketServer(folder / "desk.sock", desk, idle)
    await server.start()
    try:
        yield folder / "desk.sock"
    finally:
        await server.stop(5)
        await asyncio.to_thread(writer.stop)
        readers.shutdown()
        components.store.close()


def test_user_with_too_many_connections_gets_an_error_until_one_ends(daemon: Daemon) -> None:
    path = daemon.folder / "desk.sock"
    held = [RawClient(path) for _ in range(MAX_PER_USER)]
    assert all("desk" in client.hello for client in held)
    with pytest.raises(Unavailable, match="too many connections") as raised:
        RemoteDesk.connect(path)
    assert raised.value.hint
    held.pop().close()

    def connected() -> bool:
        with contextlib.suppress(Unavailable):
            daemon.desk().close()
            return True
        return False

    wait_until(connected, what="a connection is free")
    for client in held:
        client.close()


@pytest.mark.parametrize(
    ("begin", "limit"),
    [
        (b"x", SMALL_LINE),
        (b'{"id":1,"call":{"unknown":{"text":"', SMALL_LINE),
        (b'{"id":1,"ask":{"ListTickets":{"team":"', LONG_LINE),
        (b'{"id":1,"execute":{"Note":{"ticket":1,"text":"', LONG_LINE),
    ],
    ids=["no request", "unknown call", "query", "command without files"],
)
def test_line_that_is_longer_than_its_request_needs_is_refused(daemon: Daemon, begin: bytes, limit: int) -> None:
    client = RawClient(daemon.folder / "desk.sock")
    client.line.sendall(begin + b"x" * (limit + SMALL_LINE))
    error = client.answer()["error"]
    assert error["kind"] == "UsageError"
    assert error["what"] == "the request is too large"
    client.line.sendall(b"\n")
    assert client.answer() == {}  # closed
    client.close()


def test_client_shows_the_limit_of_a_request_that_is_too_large(daemon: Daemon) -> None:
    desk = daemon.desk()
    with pytest.raises(UsageError, match="too large") as raised:
        desk.ask(ListTickets(team="x" * 2 * LONG_LINE))
    assert "4 MB" in raised.value.hint
    desk.close()


async def test_idle_connection_is_closed_with_a_reason_and_the_client_connects_again(tmp_path: Path) -> None:
    folder = make_desk(tmp_path / "desk", f"sqlite:///{tmp_path / 'desk.db'}", "")
    async with served(folder, idle=1.5) as path:

        def work() -> None:
            desk, idle = RemoteDesk.connect(path), RawClient(path)
            assert desk is not None
            assert desk.ask(ListTickets()) == []
            assert "no request for" in idle.answer()["error"]["what"]
            assert idle.answer() == {}
            second = RawClient(path)
            second.answer()  # `desk` has had no request for longer than the idle time
            assert desk.ask(ListTickets()) == []
            for client in (desk, idle, second):
                client.close()

        await asyncio.to_thread(work)


def test_client_uses_the_new_daemon_after_a_restart(daemon: Daemon) -> None:
    desk = daemon.desk()
    before = desk.ask(DeskHealth())["pid"]
    daemon.terminate()
    with running(daemon.folder):
        assert desk.ask(DeskHealth())["pid"] != before
    desk.close()


@pytest.fixture
def many(tmp_path: Path, store_copy: StoreCopy) -> Path:
    """A desk with more tickets than a page."""
    return make_desk(tmp_path / "desk", store_copy("many tickets", _fill), "")


def _fill(url: str) -> None:
    stores.prepare(url)
    store = Store.open(url, Settings())

    def work(unit: Unit) -> None:
        for number in range(TICKETS):
            features.execute(unit, Create(f"c{number}@example.org", f"Call {number}", "Hello"), Actor.system("test"))

    store.transaction(work)
    store.close()


LISTS: list[tuple[str, ...]] = [
    ("list", "--json"),
    ("list", "--columns", "number,subject"),
    ("list", "--limit", str(PAGE_ROWS + 1)),
    ("contact", "list", "--json"),
    ("outbox", "list", "--all", "--json"),
    ("inbox", "list", "--all", "--json"),
]


def test_lists_are_the_same_with_and_without_the_daemon(many: Path) -> None:
    def printed() -> list[str]:
        return [command(many, *words).stdout for words in LISTS]

    alone = printed()
    assert [len(text.splitlines()) for text in alone[:4]] == [TICKETS, TICKETS, PAGE_ROWS + 1, TICKETS]
    with running(many):
        assert printed() == alone


def test_long_list_is_sent_in_pages(many: Path) -> None:
    with running(many):
        client = RawClient(many / "desk.sock")
        asked = {"id": 7, "ask": {"ListTickets": {"limit": 10**6}}, "stream": True}
        client.line.sendall(json.dumps(asked).encode() + b"\n")
        answers: list[dict[str, Any]] = []
        while not answers or "part" in answers[-1]:
            answers.append(client.answer())
        assert [len(answer.get("part", ())) for answer in answers] == [PAGE_ROWS, PAGE_ROWS, 50, 0]
        assert answers[-1] == {"id": 7, "ok": []}
        numbers = [row["number"] for answer in answers[:-1] for row in answer["part"]]
        assert sorted(numbers) == list(range(1, TICKETS + 1))
        client.close()


def test_page_of_something_that_is_not_a_list_is_refused(daemon: Daemon) -> None:
    client = RawClient(daemon.folder / "desk.sock")
    client.line.sendall(b'{"id":1,"ask":{"DeskHealth":{}},"stream":true}\n')
    assert client.answer()["error"]["kind"] == "UsageError"
    client.close()
