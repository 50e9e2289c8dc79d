"""READY=1 reaches systemd when the daemon is ready: the socket and the listeners of all channels accept connections."""

from __future__ import annotations

import asyncio
import smtplib
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deskctl.daemon.supervisor import Service, Supervisor
from deskctl.desk.remote import RemoteDesk
from deskctl.plugins import Unavailable
from tests.daemon.running import launch, make_desk

#: A channel whose listener opens when the file `open` exists, or fails if the file `fail` exists.
LISTENER = '''
"""A channel with a listener that opens late."""
import asyncio
from dataclasses import dataclass
from pathlib import Path
from deskctl.plugins import ChannelType, Health, InboundMessage, Unavailable, hookimpl

@dataclass(frozen=True)
class Config:
    folder: Path

class Channel:
    def __init__(self, config, context):
        self.config, self.context = config, context

    async def receive(self):
        while not (self.config.folder / "open").exists():
            (self.config.folder / "begun").touch()
            if (self.config.folder / "fail").exists():
                raise Unavailable("the port is in use")
            await asyncio.sleep(0.01)
        self.context.listening()
        await asyncio.Event().wait()

    async def check(self):
        return Health(())

    async def aclose(self):
        pass

def parse(raw, envelope):
    return InboundMessage(sender=None, sender_name=None, subject=None, text="", visible_text="", digest="")

@hookimpl
def deskctl_channels():
    return [ChannelType("late", Config, Channel, parse, listens=lambda config: True)]
'''


class Systemd:
    """The receiving side of NOTIFY_SOCKET."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))

    def receive(self, seconds: float) -> bytes | None:
        self._socket.settimeout(seconds)
        try:
            return self._socket.recv(4096)
        except TimeoutError:
            return None

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Systemd]:
    with closing(Systemd(tmp_path_factory.mktemp("systemd") / "notify")) as found:
        yield found


@pytest.fixture
def late_desk(tmp_path: Path, desk_url: str) -> Path:
    channel = f'[channels.late]\ntype = "late"\nfolder = "{tmp_path}"\n'
    return make_desk(tmp_path / "desk", desk_url, channel, {"late": LISTENER})


def start(folder: Path, systemd: Systemd) -> Callable[[], None]:
    """Start a daemon. Returns a function that stops it."""
    process = launch(folder, folder / "daemon.log", NOTIFY_SOCKET=str(systemd.path))

    def stop() -> None:
        process.terminate()
        assert process.wait(30) == 0, (folder / "daemon.log").read_text()

    return stop


def test_ready_is_sent_after_the_listener_of_a_channel_is_open(
    late_desk: Path, tmp_path: Path, systemd: Systemd, wait_until: Callable[..., object]
) -> None:
    stop = start(late_desk, systemd)
    wait_until((tmp_path / "begun").exists, 30, "the channel starts")
    assert systemd.receive(0.5) is None
    (tmp_path / "open").touch()
    assert systemd.receive(20) == b"READY=1"
    stop()


def test_ready_is_sent_if_a_channel_fails(late_desk: Path, tmp_path: Path, systemd: Systemd) -> None:
    (tmp_path / "fail").touch()
    stop = start(late_desk, systemd)
    assert systemd.receive(30) == b"READY=1"
    stop()


def test_stop_during_start_ends_the_daemon(
    late_desk: Path, tmp_path: Path, systemd: Systemd, wait_until: Callable[..., object]
) -> None:
    stop = start(late_desk, systemd)
    wait_until((tmp_path / "begun").exists, 30, "the channel starts")
    stop()
    assert systemd.receive(0.1) == b"STOPPING=1"


def test_socket_and_mail_listener_accept_at_ready(
    tmp_path: Path, desk_url: str, systemd: Systemd, free_port: Callable[[], int]
) -> None:
    port = free_port()
    mail = (
        f'[channels.mail]\ntype = "email"\naddress = "a@acme.test"\nlisten = {{ host = "127.0.0.1", port = {port} }}\n'
    )
    folder = make_desk(tmp_path / "desk", desk_url, mail)
    stop = start(folder, systemd)
    assert systemd.receive(30) == b"READY=1"
    desk = RemoteDesk.connect(folder / "desk.sock")
    assert desk is not None
    desk.close()
    with smtplib.SMTP("127.0.0.1", port) as client:
        assert client.noop()[0] == 250
    stop()


async def test_supervisor_waits_for_listening_services_and_names_late_ones() -> None:
    supervisor = Supervisor(jitter=lambda: 0.0)

    async def forever() -> None:
        await asyncio.Event().wait()

    async def failing() -> None:
        raise Unavailable("the port is in use")

    supervisor.start(Service("sender", forever))
    supervisor.start(Service("failing", failing, listens=True))
    supervisor.start(Service("late", forever, listens=True))
    assert await supervisor.wait_started(0.05) == ["late"]
    supervisor.mark_started("late")
    assert await supervisor.wait_started(10) == []
    await supervisor.stop(5)
