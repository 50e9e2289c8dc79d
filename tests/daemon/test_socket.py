"""Requests over the socket of the desk: permissions, and limits for foreign and invalid clients."""

from __future__ import annotations

import base64
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.agents.queries import ListAgents
from deskctl.core.messages.commands import Note
from deskctl.core.operations.queries import DeskHealth
from deskctl.core.tickets.commands import Create, Take
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.daemon.socket import MAX_PER_USER
from deskctl.desk.remote import RemoteDesk
from deskctl.errors import NotFound, Refused, UsageError
from tests.daemon.running import Daemon, add_agent, make_desk, running

WaitUntil = Callable[..., Any]

NOBODY = pwd.getpwnam("nobody")

#: A script that another system user runs: one command as the agent `sys.argv[2]`. It prints "done" or the error.
AS_ANOTHER = """
import os, sys
sys.path.insert(0, sys.argv[4])
from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.messages.commands import Note
from deskctl.desk.remote import RemoteDesk
from deskctl.errors import DeskctlError
os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[3]))
try:
    desk = RemoteDesk.connect(sys.argv[1])
    print("agent", desk.info.agent)
    if sys.argv[2] == "become":
        desk.execute(ChangeAgent("ana", login="nobody"))
    else:
        desk.execute(Note(1, "hello"), agent=None if sys.argv[2] == "-" else sys.argv[2])
    print("done")
except DeskctlError as error:
    print(type(error).__name__)
"""


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with running(make_desk(tmp_path / "desk", f"sqlite:///{tmp_path / 'desk.db'}", "")) as daemon:
        add_agent(daemon)
        yield daemon


@pytest.fixture
def shared() -> Iterator[Daemon]:
    """A daemon in a folder that is shared with the group of `nobody`, like the folder of a desk with several agents."""
    if os.getuid() != 0:
        pytest.skip("only root can be two users in one test")
    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    try:
        os.chown(folder, 0, NOBODY.pw_gid)
        folder.chmod(0o2750)
        with running(make_desk(folder, f"sqlite:///{folder / 'desk.db'}", "")) as daemon:
            add_agent(daemon)
            add_agent(daemon, "eve", login="nobody")
            desk = daemon.desk()
            desk.execute(Create("ann@example.org", "Printer", "It burns."), agent="ana")
            desk.close()
            yield daemon
    finally:
        shutil.rmtree(folder)


def as_nobody(daemon: Daemon, who: str) -> list[str]:
    """Return the answers to a request of the user `nobody` as the agent `who`."""
    path = str(daemon.folder / "desk.sock")
    code = [sys.executable, "-c", AS_ANOTHER, path, who, str(NOBODY.pw_uid), str(Path.cwd())]
    result = subprocess.run(code, capture_output=True, text=True, timeout=30, check=True)
    return result.stdout.split("\n")[:-1]


def test_owner_may_act_as_any_agent(shared: Daemon) -> None:
    desk = shared.desk()
    for agent in ("ana", "eve"):
        desk.execute(Note(1, f"from {agent}"), agent=agent)
    assert [m["author"] for m in desk.ask(ShowTicket(1))["messages"][1:]] == ["ana", "eve"]
    desk.close()


def test_other_user_acts_as_the_agent_with_their_login(shared: Daemon) -> None:
    assert as_nobody(shared, "-") == ["agent eve", "done"]
    desk = shared.desk()
    assert desk.ask(ShowTicket(1))["messages"][-1]["author"] == "eve"
    desk.close()


def test_other_user_may_not_act_as_another_agent(shared: Daemon) -> None:
    assert as_nobody(shared, "ana") == ["agent eve", "Refused"]


def test_other_user_may_not_change_the_login_of_an_agent(shared: Daemon) -> None:
    assert as_nobody(shared, "become") == ["agent eve", "Refused"]


def test_user_without_an_agent_may_not_work_on_tickets(shared: Daemon) -> None:
    desk = shared.desk()
    desk.execute(ChangeAgent("eve", login="somebody-else"))
    desk.close()
    assert as_nobody(shared, "-") == ["agent None", "Refused"]


def test_user_outside_the_group_of_the_folder_cannot_connect(shared: Daemon) -> None:
    os.chown(shared.folder / "desk.sock", 0, 0)
    assert as_nobody(shared, "-") == ["Refused"]


#: A script that another system user runs: it opens connections, prints how many were accepted, and holds them.
MANY_CONNECTIONS = """
import contextlib, json, os, socket, sys
os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
held = []
for _ in range(int(sys.argv[3])):
    client = socket.socket(socket.AF_UNIX)
    client.connect(sys.argv[1])
    held.append((client, client.makefile("rb").readline()))
    with contextlib.suppress(OSError):  # a refused connection may be closed already
        client.send(b"x" * 1000)
print(sum("desk" in json.loads(hello) for _, hello in held), flush=True)
sys.stdin.read()
"""


def test_connections_of_another_user_do_not_keep_the_owner_out(shared: Daemon) -> None:
    path = str(shared.folder / "desk.sock")
    code = [sys.executable, "-c", MANY_CONNECTIONS, path, str(NOBODY.pw_uid), str(MAX_PER_USER + 20)]
    with subprocess.Popen(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == f"{MAX_PER_USER}\n"
        desk = shared.desk()
        assert desk.ask(DeskHealth())["pid"] == shared.process.pid
        desk.close()
        other.communicate()


def test_hello_contains_the_desk_and_its_agents(daemon: Daemon) -> None:
    add_agent(daemon, "eve")
    desk = daemon.desk()
    assert (desk.info.name, desk.info.daemon, desk.info.agents) == ("Acme", True, ("ana", "eve"))
    desk.close()


def test_unknown_agent_error_lists_the_agents(daemon: Daemon) -> None:
    desk = daemon.desk()
    with pytest.raises(UsageError, match="no agent is called") as raised:
        desk.execute(Take(1), agent="anna")
    assert "ana" in raised.value.what + raised.value.hint
    with pytest.raises(NotFound):
        desk.execute(Take(99), agent="ana")
    desk.close()


def test_dry_run_changes_nothing(daemon: Daemon) -> None:
    desk = daemon.desk()
    outcome = desk.execute(Create("ann@example.org", "Printer", "It burns."), agent="ana", dry_run=True)
    assert outcome.changed
    assert desk.ask(ListTickets(all=True)) == []
    desk.close()


def test_many_clients_are_answered(daemon: Daemon) -> None:
    desks = [daemon.desk() for _ in range(50)]
    for number, desk in enumerate(desks):
        desk.execute(Create("ann@example.org", f"call {number}", "hello"), agent="ana")
    assert {len(desk.ask(ListTickets())) for desk in desks} == {50}
    for desk in desks:
        desk.close()


def test_invalid_input_affects_only_its_client(daemon: Daemon, wait_until: WaitUntil) -> None:
    path = str(daemon.folder / "desk.sock")
    strangers = []
    for words in (
        b"\x00\xff" * 1000,
        b"GET / HTTP/1.1\r\n\r\n",
        b"{}\n" * 100,
        b"x" * 900_000,
        b"[" * 100_000 + b"\n",
        b"",
    ):
        stranger = socket.socket(socket.AF_UNIX)
        stranger.connect(path)
        stranger.sendall(words)
        strangers.append(stranger)
    desk = daemon.desk()
    outcome = desk.execute(Create("ann@example.org", "Printer", "It burns."), agent="ana")
    assert desk.ask(ShowTicket(outcome.facts["number"]))["subject"] == "Printer"
    for stranger in strangers:
        stranger.close()
    assert daemon.process.poll() is None
    assert "Traceback" not in daemon.log
    desk.close()


def test_unfinished_large_request_does_not_block_others(daemon: Daemon) -> None:
    """Only one large line is in memory at a time. An unfinished line is dropped when its client disconnects."""
    stuck = socket.socket(socket.AF_UNIX)
    stuck.connect(str(daemon.folder / "desk.sock"))
    stuck.sendall(b"x" * 3_000_000)
    desk = daemon.desk()
    assert desk.ask(ListAgents())  # small requests are answered
    stuck.close()
    large = base64.b64encode(os.urandom(3_000_000)).decode()
    with pytest.raises(NotFound, match="no channel nowhere"):
        desk.call("ingest", raw_base64=large, channel="nowhere")
    desk.close()


def test_request_that_is_too_large_is_refused_by_the_client(daemon: Daemon) -> None:
    desk = daemon.desk()
    with pytest.raises(UsageError, match="too large"):
        desk.call("ingest", raw_base64="x" * (65 * 1024 * 1024))
    assert desk.ask(DeskHealth())["pid"] == daemon.process.pid
    desk.close()


def test_socket_mode_allows_owner_and_group_only(daemon: Daemon) -> None:
    assert (daemon.folder / "desk.sock").stat().st_mode & 0o777 == 0o660


def test_client_without_permission_gets_refused(tmp_path: Path) -> None:
    if os.getuid() == 0:
        pytest.skip("root may use every socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        (tmp_path / "s").chmod(0)
        with pytest.raises(Refused):
            RemoteDesk.connect(tmp_path / "s")
