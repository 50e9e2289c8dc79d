"""Messages are parsed in processes that can be killed: a hostile message delays and ends nothing else."""

from __future__ import annotations

import base64
import os
import signal
import smtplib
import socket
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deskctl.core.intake.journal import JournalEntry
from deskctl.core.kernel.settings import Settings
from deskctl.core.messages.model import Envelope
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.desk.remote import RemoteDesk
from deskctl.store import Store
from tests.daemon.running import Daemon, command, make_desk, running
from tests.servers import zygote

WaitUntil = Callable[..., Any]

#: A channel whose messages say what the parser does with the body: it spins in C code, or ends the process.
HOSTILE = """
import asyncio, os, re
from dataclasses import dataclass
from pathlib import Path
from deskctl.plugins import ChannelType, Health, InboundMessage, Receipt, hookimpl

@dataclass(frozen=True)
class Config:
    pass

HERE = Path(__file__).parent.parent

def parse(raw, envelope):
    head, _, text = raw.decode().partition("\\n\\n")
    (HERE / "parser.new").write_text(str(os.getpid()))
    (HERE / "parser.new").replace(HERE / f"parser-{text or 'head'}")
    if text == "spin":
        re.match(r"(a+)+$", "a" * 60 + "b")
    if text == "kill":
        os._exit(9)
    if text == "once" and not (HERE / "killed").exists():
        (HERE / "killed").touch()
        os._exit(9)
    return InboundMessage(sender="ann@example.org", sender_name=None, subject=head.removeprefix("Subject: "),
                          text=text, visible_text=text, digest=raw.decode())

class Channel:
    def __init__(self, config, context):
        pass

    async def receive(self):
        await asyncio.Event().wait()

    async def send(self, message):
        return Receipt()

    async def check(self):
        return Health(())

    async def aclose(self):
        pass

class Parser:
    def parse(self, raw, envelope):
        return parse(raw, envelope)

@hookimpl
def deskctl_channels():
    return [ChannelType("hostile", Config, Channel, parse), ChannelType("bound", Config, Channel, Parser().parse)]
"""


@pytest.fixture(autouse=True)
def new_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let daemons start parsers as new processes, as they do for users."""
    monkeypatch.setenv(zygote.NEW_PARSERS, "1")


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def folder(tmp_path: Path, desk_url: str, port: int) -> Path:
    channels = (
        '[channels.odd]\ntype = "hostile"\n[channels.bound]\ntype = "bound"\n'
        f'[channels.mail]\ntype = "email"\naddress = "help@acme.test"\n'
        f'listen = {{ host = "127.0.0.1", port = {port} }}\n'
    )
    return make_desk(tmp_path / "desk", desk_url, channels, {"hostile": HOSTILE})


def ingest(desk: RemoteDesk, subject: str, text: str, channel: str = "odd") -> None:
    raw = f"Subject: {subject}\n\n{text}".encode()
    desk.call("ingest", raw_base64=base64.b64encode(raw).decode(), channel=channel)


def tickets(desk: RemoteDesk) -> dict[str, int]:
    return {ticket["subject"]: ticket["number"] for ticket in desk.ask(ListTickets())}


def problem(desk: RemoteDesk, subject: str) -> str | None:
    [message] = desk.ask(ShowTicket(tickets(desk)[subject]))["messages"]
    found: str | None = message["problem"]
    return found


def parser_of(daemon: Daemon, text: str, wait_until: WaitUntil) -> int:
    """Return the process that parses or parsed a message with this text."""
    file = daemon.folder / f"parser-{text}"
    wait_until(file.exists, what=f"{text} is parsed")
    return int(file.read_text())


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_endless_parser_delays_no_other_mail(folder: Path, port: int, wait_until: WaitUntil) -> None:
    with running(folder) as daemon:
        desk = daemon.desk()
        ingest(desk, "Endless", "spin")
        process = parser_of(daemon, "spin", wait_until)
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
            client.sendmail(
                "ben@example.org", ["help@acme.test"], b"From: ben@example.org\r\nSubject: Printer\r\n\r\nHi"
            )
        assert tickets(desk) == {}, "the SMTP reply came before the endless parser was ended"
        assert process != daemon.process.pid
        wait_until(lambda: tickets(desk).keys() == {"Endless", "Printer"}, 60)
        assert (problem(desk, "Endless"), problem(desk, "Printer")) == ("timeout", None)
        assert "parsing took too long: only the headers are shown" in command(folder, "show", "1").stdout
        wait_until(lambda: not is_running(process))
        desk.close()


def test_message_that_ends_the_parser_is_kept_with_its_headers(folder: Path, wait_until: WaitUntil) -> None:
    with running(folder) as daemon:
        desk = daemon.desk()
        ingest(desk, "Deadly", "kill")
        ingest(desk, "Harmless", "fine")
        wait_until(lambda: tickets(desk).keys() == {"Deadly", "Harmless"}, 60)
        assert (problem(desk, "Deadly"), problem(desk, "Harmless")) == ("crash", None)
        desk.close()


def test_message_is_parsed_again_after_its_parser_died(folder: Path, wait_until: WaitUntil) -> None:
    with running(folder) as daemon:
        desk = daemon.desk()
        ingest(desk, "Unlucky", "once")
        wait_until(lambda: tickets(desk).keys() == {"Unlucky"}, 60)
        assert problem(desk, "Unlucky") is None
        desk.close()


def test_idle_parser_that_ended_is_no_attempt(folder: Path, wait_until: WaitUntil) -> None:
    with running(folder) as daemon, closing(daemon.desk()) as desk:
        ingest(desk, "Fine", "fine")
        wait_until(lambda: tickets(desk).keys() == {"Fine"}, 60)
        process = parser_of(daemon, "fine", wait_until)
        os.kill(process, signal.SIGKILL)
        wait_until(lambda: not is_running(process), what="the idle parser has ended")
        ingest(desk, "Unlucky", "once")
        wait_until(lambda: tickets(desk).keys() == {"Fine", "Unlucky"}, 60)
        assert problem(desk, "Unlucky") is None


@pytest.mark.parametrize(("killed", "forked"), [(False, False), (True, False), (True, True)])
def test_parsers_end_with_the_daemon(
    folder: Path, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch, *, killed: bool, forked: bool
) -> None:
    if forked:  # as in other tests
        monkeypatch.delenv(zygote.NEW_PARSERS)
    with running(folder) as daemon:
        desk = daemon.desk()
        ingest(desk, "Endless", "spin")
        process = parser_of(daemon, "spin", wait_until)
        assert is_running(process)
        desk.close()
        if killed:
            daemon.kill()
        else:
            assert daemon.terminate() == 0
        wait_until(lambda: not is_running(process), what="the parser has ended")
    assert os.getpid() != process


def test_parser_that_cannot_be_imported_by_name_runs_in_the_daemon(folder: Path, wait_until: WaitUntil) -> None:
    with running(folder) as daemon, closing(daemon.desk()) as desk:
        ingest(desk, "Printer", "bound", "bound")
        wait_until(lambda: "Printer" in tickets(desk), what="it is a ticket")
        assert parser_of(daemon, "bound", wait_until) == daemon.process.pid


def test_messages_of_a_batch_survive_the_hostile_ones_among_them(
    folder: Path, desk_url: str, wait_until: WaitUntil
) -> None:
    texts = ["first", "kill", "second", "once", "third", "spin", "fourth"]
    about = Envelope("console", datetime.now(UTC))
    with closing(Store.open(desk_url, Settings())) as store:
        store.journal.append([JournalEntry("odd", t, about, f"Subject: {t}\n\n{t}".encode()) for t in texts])
    with running(folder) as daemon, closing(daemon.desk()) as desk:
        wait_until(lambda: len(tickets(desk)) == len(texts), 60)
        numbers = tickets(desk)
        assert sorted(numbers, key=numbers.__getitem__) == texts
        problems = {text: problem(desk, text) for text in texts}
        assert problems == {**dict.fromkeys(texts), "kill": "crash", "spin": "timeout"}
