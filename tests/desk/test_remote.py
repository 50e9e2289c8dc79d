"""The client of the socket: it finds a daemon, respects time limits, and never bypasses a daemon."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deskctl.core.tickets.commands import Take
from deskctl.desk.address import LONGEST, reachable
from deskctl.desk.remote import RemoteDesk
from deskctl.desk.wire import PROTOCOL, line
from deskctl.errors import NotFound, Unavailable

HELLO = {
    "deskctl": "9.9",
    "protocol": PROTOCOL,
    "desk": "Acme",
    "timezone": "UTC",
    "language": "ko",
    "agent": None,
    "agents": ["ana"],
}


@contextmanager
def daemon_that(path: Path, behaves: Callable[[socket.socket], None]) -> Iterator[None]:
    """Listen on `path` and serve one client with `behaves`."""
    with socket.socket(socket.AF_UNIX) as listener:
        with reachable(str(path)) as name:
            listener.bind(name)
        listener.listen(1)

        def serve() -> None:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                behaves(client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def send_documents(*documents: dict[str, object]) -> Callable[[socket.socket], None]:
    """Return a behaviour that sends the first document, and one more after each line of the client."""

    def behave(client: socket.socket) -> None:
        client.sendall(line(documents[0]))
        for document in documents[1:]:
            client.recv(1 << 16)
            client.sendall(line(document))
        stays_silent(client)

    return behave


def stays_silent(client: socket.socket) -> None:
    while client.recv(1 << 16):
        pass


def test_missing_socket_means_no_daemon(tmp_path: Path) -> None:
    assert RemoteDesk.connect(tmp_path / "desk.sock") is None


def test_socket_without_listener_means_no_daemon(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "desk.sock"))
    assert RemoteDesk.connect(tmp_path / "desk.sock") is None


def test_silent_daemon_is_an_error(tmp_path: Path) -> None:
    with daemon_that(tmp_path / "s", stays_silent), pytest.raises(Unavailable, match="does not answer") as raised:
        RemoteDesk.connect(tmp_path / "s", hello_within=0.1)
    assert raised.value.exit_code == 6


def test_daemon_that_is_silent_after_its_hello_is_an_error(tmp_path: Path) -> None:
    with daemon_that(tmp_path / "s", send_documents(HELLO)):
        desk = RemoteDesk.connect(tmp_path / "s", answer_within=0.1)
        assert desk is not None
        with pytest.raises(Unavailable, match="does not answer"):
            desk.execute(Take(1))
        desk.close()


def test_closed_connection_asks_to_check_the_change(tmp_path: Path) -> None:
    def hangs_up(client: socket.socket) -> None:
        client.sendall(line(HELLO))
        client.recv(1 << 16)

    with daemon_that(tmp_path / "s", hangs_up):
        desk = RemoteDesk.connect(tmp_path / "s")
        assert desk is not None
        with pytest.raises(Unavailable) as raised:
            desk.execute(Take(1))
        assert "before you repeat it" in raised.value.hint
        desk.close()


def test_other_protocol_version_asks_for_a_restart(tmp_path: Path) -> None:
    with (
        daemon_that(tmp_path / "s", send_documents({**HELLO, "protocol": PROTOCOL + 1})),
        pytest.raises(Unavailable) as raised,
    ):
        RemoteDesk.connect(tmp_path / "s")
    assert "restart the daemon" in raised.value.hint


def test_info_comes_from_the_hello(tmp_path: Path) -> None:
    with daemon_that(tmp_path / "s", send_documents(HELLO)):
        desk = RemoteDesk.connect(tmp_path / "s")
        assert desk is not None
        info = desk.info
        assert (info.name, info.language, info.daemon, info.agents) == ("Acme", "ko", True, ("ana",))
        desk.close()


def test_error_of_the_daemon_is_raised_in_the_client(tmp_path: Path) -> None:
    error = {"kind": "NotFound", "what": "there is no ticket 1", "hint": "deskctl list"}
    with daemon_that(tmp_path / "s", send_documents(HELLO, {"id": 1, "error": error})):
        desk = RemoteDesk.connect(tmp_path / "s")
        assert desk is not None
        with pytest.raises(NotFound, match="there is no ticket 1"):
            desk.execute(Take(1))
        desk.close()


def test_socket_with_a_long_path_is_reachable(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    assert len(os.fsencode(deep)) > LONGEST
    with daemon_that(deep / "desk.sock", send_documents(HELLO)):
        desk = RemoteDesk.connect(deep / "desk.sock")
        assert desk is not None
        desk.close()


def test_client_does_not_import_asyncio_store_or_plugins() -> None:
    """Imports dominate the time of a short command."""
    code = "import sys, json, deskctl.bootstrap, deskctl.core.tickets.queries; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout))
    heavy = {"asyncio", "sqlalchemy", "pluggy", "attrs", "cattrs", "logging", "email", "ssl", "sqlite3", "tomlkit"}
    assert not heavy & loaded
