"""SIGKILL at random times loses no acknowledged message and sends no message twice.

DESKCTL_KILLS is the number of kills (default 4 on each engine). DESKCTL_SEED repeats a run.
"""

from __future__ import annotations

import logging
import os
import random
import smtplib
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.intake.queries import ListInbox
from deskctl.core.messages.commands import Reply
from deskctl.core.operations.queries import StoreStatus
from deskctl.core.tickets.commands import Create
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.desk.remote import RemoteDesk
from deskctl.errors import DeskctlError
from deskctl.testing.smtp_sink import SmtpSink
from tests.daemon.running import add_agent, launch, make_desk, running
from tests.servers.dovecot import DovecotServer, Mailbox

KILLS = int(os.environ.get("DESKCTL_KILLS", "4"))
pytestmark = [pytest.mark.crash, pytest.mark.timeout(600 + 15 * KILLS)]
SEED = int(os.environ.get("DESKCTL_SEED", "20261121"))

WaitUntil = Callable[..., Any]

log = logging.getLogger("deskctl.tests")


def mail(subject: str, to: str) -> bytes:
    head = f"From: Ann <ann@example.org>\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.org>\r\n"
    return f"{head}Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nIt burns: {subject}.\r\n".encode()


@dataclass
class Feeder:
    """A sender that repeats each mail until it is acknowledged, like a mail server."""

    name: str
    offer: Callable[[str], None]  # raises when it was not acknowledged
    stop: threading.Event
    acknowledged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._feed, daemon=True)

    def _feed(self) -> None:
        while not self.stop.is_set():
            subject = f"{self.name}-{uuid.uuid4().hex}"
            while not self.stop.is_set():
                try:
                    self.offer(subject)
                except (OSError, smtplib.SMTPException):
                    self.stop.wait(0.05)
                else:
                    self.acknowledged.append(subject)
                    self.stop.wait(0.01)
                    break


class Transport:
    """A connection to a listener. It reconnects after an error."""

    def __init__(self, kind: type[smtplib.SMTP], port: int, to: str) -> None:
        self._kind, self._port, self._to = kind, port, to
        self._connection: smtplib.SMTP | None = None

    def offer(self, subject: str) -> None:
        try:
            if self._connection is None:
                self._connection = self._kind("127.0.0.1", self._port, local_hostname="feeder", timeout=10)
            self._connection.sendmail("ann@example.org", [self._to], mail(subject, self._to))
        except (OSError, smtplib.SMTPException):
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass
class Agent:
    """An agent who creates tickets and replies to them repeatedly while the daemon is killed and restarted."""

    folder: Path
    stop: threading.Event

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._work, daemon=True)

    def _work(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            try:
                desk = RemoteDesk.connect(self.folder / "desk.sock", hello_within=5, answer_within=5)
                if desk is None:
                    self.stop.wait(0.05)
                    continue
                try:
                    made = desk.execute(
                        Create("bob@example.net", f"call {number}", "hello", channel="smtp"), agent="ana"
                    )
                    desk.execute(Reply(made.facts["number"], f"answer {number}", at_once=True), agent="ana")
                finally:
                    desk.close()
            except DeskctlError:
                self.stop.wait(0.05)


def config(ports: dict[str, int], sink: SmtpSink, dovecot: DovecotServer, mailbox: Mailbox) -> str:
    relay = f'smtp = {{ host = "127.0.0.1", port = {sink.port}, security = "plain" }}\n'
    text = ""
    for protocol, port in ports.items():
        text += f'[channels.{protocol}]\ntype = "email"\naddress = "{protocol}@acme.test"\n{relay}'
        text += f'listen = {{ host = "127.0.0.1", port = {port}, protocol = "{protocol}" }}\n'
    return (
        text + f'[channels.imap]\ntype = "email"\naddress = "imap@acme.test"\n{relay}[channels.imap.imap]\n'
        f'host = "{dovecot.host}"\nport = {dovecot.port}\nsecurity = "plain"\nuser = "{mailbox.user}"\n'
        f'password = {{ env = "MAILBOX_PASSWORD" }}\npoll = "1s"\n'
    )


def kill_again_and_again(folder: Path, rng: random.Random, wait_until: WaitUntil) -> None:
    """Start a daemon and kill it: one in four while it starts, the others within two seconds of full work."""
    moment = threading.Event()  # never set: used to wait for a random time
    for number in range(KILLS):
        log = folder / f"killed-{number}.log"
        process = launch(folder, log)
        try:
            if rng.random() < 0.25:
                moment.wait(rng.uniform(0.2, 2.0))
            else:
                wait_until(lambda: "is ready" in log.read_text(), 60, "the daemon is ready")  # noqa: B023
                moment.wait(rng.uniform(0.0, 2.0))
        finally:
            process.kill()
            process.wait()


def test_kills_lose_no_acknowledged_message_and_send_none_twice(
    tmp_path: Path,
    desk_url: str,
    sink: SmtpSink,
    dovecot: DovecotServer,
    free_port: Callable[[], int],
    wait_until: WaitUntil,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = random.Random(SEED)
    mailbox = dovecot.mailbox()
    monkeypatch.setenv("MAILBOX_PASSWORD", mailbox.password)
    ports = {"smtp": free_port(), "lmtp": free_port()}
    folder = make_desk(tmp_path / "desk", desk_url, config(ports, sink, dovecot, mailbox))
    expected: list[str] = []

    read: dict[int, tuple[str, list[str]]] = {}

    def subjects() -> Counter[str]:
        """Return the subjects of all received messages. There are thousands, so only changed tickets are read again."""
        with closing(daemon.desk()) as desk:
            for row in desk.ask(ListTickets(all=True, limit=1_000_000)):
                number, at = row["number"], row["updated_at"]
                if row["channel"] in ("smtp", "lmtp", "imap") and read.get(number, ("",))[0] != at:
                    said = desk.ask(ShowTicket(number))["messages"]
                    read[number] = at, [m["subject"] for m in said if m["kind"] in ("in", "auto")]
        return Counter(subject for _, said in read.values() for subject in said)

    with running(folder) as daemon:
        add_agent(daemon)
        # Reading a mailbox starts with the first login, so wait for it.
        probes = (mailbox.append(mail(f"probe-{number}", "imap@acme.test")) for number in range(1000))
        wait_until(lambda: next(probes) and any(s.startswith("probe") for s in subjects()), 30, "the first login")
        daemon.terminate()

    stop = threading.Event()
    transports = [
        Transport(kind, ports[name], f"{name}@acme.test")
        for name, kind in (("smtp", smtplib.SMTP), ("lmtp", smtplib.LMTP))
    ]
    feeders = [
        Feeder("smtp", transports[0].offer, stop),
        Feeder("lmtp", transports[1].offer, stop),
        Feeder("imap", lambda subject: discard(mailbox.append(mail(subject, "imap@acme.test"))), stop),
    ]
    agent = Agent(folder, stop)
    workers = [*(feeder.thread for feeder in feeders), agent.thread]
    for thread in workers:
        thread.start()
    try:
        kill_again_and_again(folder, rng, wait_until)
        with running(folder):
            before = [len(feeder.acknowledged) for feeder in feeders]
            wait_until(
                lambda: all(len(f.acknowledged) > n for f, n in zip(feeders, before, strict=True)),
                60,
                "every door works",
            )
            stop.set()
            for thread in workers:
                thread.join(30)
    finally:
        stop.set()
        for transport in transports:
            transport.close()
    expected = [subject for feeder in feeders for subject in feeder.acknowledged]

    with running(folder) as daemon, ExitStack() as opened:
        desk = opened.enter_context(closing(daemon.desk()))
        wait_until(
            lambda: not [row for row in desk.ask(ListInbox()) if row["state"] == "waiting"],
            240 + 5 * KILLS,
            f"intake has processed everything (seed {SEED})",
        )
        wait_until(lambda: set(expected) <= set(subjects()), 240 + 5 * KILLS, f"all is there (seed {SEED})")
        wait_until(lambda: not [row for row in desk.ask(ListInbox()) if row["state"] == "waiting"], 30)
        assert desk.ask(ListInbox()) == []
        found = subjects()
        assert {subject: count for subject, count in found.items() if count > 1} == {}

        def unsent() -> int:
            waiting = ("queued", "claimed", "sending", "retry")
            return sum(row["state"] in waiting for row in desk.ask(ListOutbox(limit=1_000_000)))

        while left := unsent():
            wait_until(lambda: unsent() < left, 60, "everything is sent or uncertain")

        def states() -> dict[str, str]:
            return {row["message_id"]: row["state"] for row in desk.ask(ListOutbox(all=True, limit=1_000_000))}

        def at_rest() -> bool:
            """Return True if no message was sent during the check. Notifications may still be on their way."""
            nonlocal arrived, rows
            rows = states()
            arrived = Counter(str(received.message["Message-ID"]) for received in sink.mails)
            return unsent() == 0 and states() == rows

        arrived, rows = Counter[str](), dict[str, str]()
        wait_until(at_rest, 60, "nothing leaves any more")
        assert {i: n for i, n in arrived.items() if n > 1} == {}
        assert set(arrived) <= set(rows)
        assert {rows[i] for i in arrived} <= {"sent", "uncertain"}
        assert {i for i, state in rows.items() if state == "sent"} <= set(arrived)
        assert set(rows.values()) <= {"sent", "uncertain"}
        assert desk.ask(StoreStatus())["quarantined"] == 0
    doors = Counter(subject.partition("-")[0] for subject in expected)
    log.info("%d kills: acknowledged %s, outbox %s", KILLS, dict(doors), dict(Counter(rows.values())))


def discard(value: object) -> None:
    """Discard a return value."""
