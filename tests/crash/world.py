"""A desk with all kinds of channels, senders, an agent who replies, and connections that can be cut."""

from __future__ import annotations

import imaplib
import itertools
import os
import re
import signal
import smtplib
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import psycopg

from deskctl.core.agents.commands import AddAgent
from deskctl.core.messages.commands import Reply
from deskctl.core.tickets.commands import Create, Solve
from deskctl.desk.remote import RemoteDesk
from deskctl.errors import DeskctlError
from deskctl.testing.smtp_sink import SmtpSink
from tests.crash.process import Process
from tests.crash.proxy import Proxy
from tests.daemon.running import make_desk
from tests.servers.dovecot import DovecotServer, Mailbox
from tests.servers.waiting import free_port, wait_until

#: The desk reads only the header of mail above this size, in bytes.
MAX_SIZE = 65536
TOO_LARGE = MAX_SIZE + 1000
#: Seconds after which a sender and the agent try again, while the daemon is dead or starts.
RETRY = 0.05


def mail(door: str, size: int = 0) -> bytes:
    """Return a unique mail."""
    name = f"{door}-{uuid.uuid4().hex}"
    head = f"From: Ann <ann@example.org>\r\nTo: {door}@acme.test\r\nSubject: {name}\r\n"
    head += f"Message-ID: <{name}@example.org>\r\n"
    body = f"It burns: {name}.\r\n" + "x" * 70 * (size > 0) + ("y" * 70 + "\r\n") * (size // 72)
    return f"{head}Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\n{body}".encode()


@dataclass
class Box:
    """A folder that the desk reads.

    `arrived` maps UIDVALIDITY and UID to the mail. `vanished` mail was removed again. `old` mail was there before the
    desk, which ingests it only on request.
    """

    channel: str
    folder: str
    mailbox: Mailbox
    arrived: dict[tuple[int, int], bytes] = field(default_factory=dict)
    vanished: set[tuple[int, int]] = field(default_factory=set)
    old: set[tuple[int, int]] = field(default_factory=set)
    _line: imaplib.IMAP4 | None = None

    def append(self, raw: bytes) -> None:
        """Deliver a mail like a mail server: it is in the folder after the acknowledgement."""
        if self._line is None:
            self._line = imaplib.IMAP4(self.mailbox.host, self.mailbox.port, timeout=20)
            self._line.login(self.mailbox.user, self.mailbox.password)
        said, data = self._line.append(self.folder, "", "", raw)
        assert said == "OK", data
        uidvalidity, uid = re.findall(rb"APPENDUID (\d+) (\d+)", data[0])[0]
        self.arrived[int(uidvalidity), int(uid)] = raw

    def close(self) -> None:
        if self._line is not None:
            self._line.logout()
            self._line = None

    def key(self, uidvalidity: int, uid: int) -> str:
        return f"{self.mailbox.user}|{self.folder}|{uidvalidity}|{uid}"

    def take_out(self) -> None:
        """Delete all mails in the folder. The desk may have read some of them before."""
        with self.mailbox.imap() as client:
            client.select(self.folder)
            there = client.uid("SEARCH", "ALL")[1][0].split()
            uidvalidity = int(cast("bytes", client.untagged_responses["UIDVALIDITY"][0]))
            self.vanished |= {(uidvalidity, int(uid)) for uid in there}
            if there:
                client.uid("STORE", b",".join(there).decode(), "+FLAGS", "(\\Deleted)")
                client.expunge()

    def make_anew(self) -> None:
        """Delete the folder and create it again, with another UIDVALIDITY and one mail."""
        self.take_out()
        self.mailbox.remove(self.folder)
        with self.mailbox.imap() as client:
            client.create(self.folder)
        self.append(mail(self.channel))


class Feeder:
    """A sender that repeats each mail until it is acknowledged, like a mail server."""

    def __init__(self, name: str, offer: Callable[[bytes], None], pause: float, size: Callable[[], int]) -> None:
        self.name = name
        self.acknowledged: list[bytes] = []
        self._offer, self._pause, self._size = offer, pause, size
        self._raw: bytes | None = None

    def feed(self, stop: threading.Event) -> None:
        while not stop.wait(self._pause if self.send_one() else RETRY):
            pass

    def send_one(self) -> bool:
        """Send the unacknowledged mail again, or the next mail. Return True if it was acknowledged."""
        if self._raw is None:
            self._raw = mail(self.name, self._size())
        try:
            self._offer(self._raw)
        except (OSError, smtplib.SMTPException, imaplib.IMAP4.error, DeskctlError):
            return False
        self.acknowledged.append(self._raw)
        self._raw = None
        return True

    def finish(self) -> None:
        """Send the last mail until it is acknowledged."""
        if self._raw is not None:
            wait_until(self.send_one, 60, f"{self.name} takes what was offered")


class World:
    """A desk for faults: call `begin`, cause faults, then call `books.reconcile`."""

    def __init__(self, folder: Path, url: str, dovecot: DovecotServer, store_folder: Path) -> None:
        self.folder, self.url = folder, url
        self.store_folder = store_folder
        self.on_sqlite = url.startswith("sqlite")
        self.sink = SmtpSink()
        self._ports = {"smtp": free_port(), "lmtp": free_port()}
        self.proxies = {
            **{door: Proxy(port) for door, port in self._ports.items()},
            "imap": Proxy(dovecot.port),
            "relay": Proxy(self.sink.port),
        }
        mailbox = [dovecot.mailbox() for _ in range(3)]
        self.boxes = {
            "flagged": Box("flagged", "INBOX", mailbox[0]),
            "moved": Box("moved", "Desk", mailbox[1]),
            "deleted": Box("deleted", "INBOX", mailbox[2]),
        }
        self._env = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "MAILBOX_PASSWORD": mailbox[0].password}
        self._numbers = itertools.count(1)
        self.sizes: Iterator[int] = itertools.cycle([0, 0, 0, 0, TOO_LARGE])
        #: The channels of the agent's next tickets. The first one stores copies of sent mail.
        self.calls: Iterator[str] = itertools.cycle(("flagged", "smtp", "lmtp", "moved"))
        self.feeders = [
            Feeder("smtp", self._transport(smtplib.SMTP, "smtp"), 0.25, int),
            Feeder("lmtp", self._transport(smtplib.LMTP, "lmtp"), 0.25, int),
            Feeder("socket", self._ingest, 0.5, int),
            *(Feeder(box.channel, box.append, 0.4, self._size_for(box)) for box in self.boxes.values()),
        ]
        self.piped: list[bytes] = []
        self.replies: list[int] = []  # outbox rows of replies that the desk has accepted from the agent
        self.daemon: Process | None = None
        make_desk(folder, url, self._channels())

    def _size_for(self, box: Box) -> Callable[[], int]:
        return (lambda: next(self.sizes)) if box.channel == "deleted" else int

    def _channels(self) -> str:
        relay = f'smtp = {{ host = "127.0.0.1", port = {self.proxies["relay"].port}, security = "plain" }}\n'
        text = ""
        for door, port in self._ports.items():
            text += f'[channels.{door}]\ntype = "email"\naddress = "{door}@acme.test"\n{relay}'
            text += f'listen = {{ host = "127.0.0.1", port = {port}, protocol = "{door}" }}\n'
        for after, box in zip(("flag", "move:Done", "delete"), self.boxes.values(), strict=True):
            text += (
                f'[channels.{box.channel}]\ntype = "email"\naddress = "{box.channel}@acme.test"\n{relay}'
                f"max_size = {MAX_SIZE}\n[channels.{box.channel}.imap]\n"
                f'host = "127.0.0.1"\nport = {self.proxies["imap"].port}\nsecurity = "plain"\n'
                f'user = "{box.mailbox.user}"\npassword = {{ env = "MAILBOX_PASSWORD" }}\nfolder = "{box.folder}"\n'
                f'after = "{after}"\npoll = "1s"\nidle = {str(after == "flag").lower()}\n'
            )
            text += 'sent = "Sent"\n' if after == "flag" else ""
        return text

    # --- processes

    def start(self, *faults: str, words: Sequence[str] = ("daemon", "run")) -> Process:
        """Start a daemon with these faults (`KILL point 1`)."""
        number = next(self._numbers)
        env = dict(self._env)
        if faults:
            folder = self.folder / f"fault-{number}"
            folder.mkdir()
            (folder / "fault").write_text("\n".join(faults))
            env["DESKCTL_FAULT"] = str(folder)
        line = ["--config", str(self.folder / "config.toml"), *words]
        self.daemon = Process.start(line, env, self.folder / f"log-{number}")
        return self.daemon

    def reached(self) -> set[str]:
        """Return the points that processes with faults have reached."""
        return {point for file in self.folder.glob("fault-*/reached") for point in file.read_text().split()}

    def start_well(self) -> Process:
        """Start a daemon without faults and wait until it is ready."""
        daemon = self.start()
        wait_until(lambda: "is ready" in daemon.log or not daemon.alive(), 60, "the daemon is ready")
        assert daemon.alive(), daemon.log
        return daemon

    def begin(self) -> None:
        """Wait for the first login to each mailbox, where reading starts."""
        for box in self.boxes.values():
            with box.mailbox.imap() as client:
                client.create(box.folder)
        self.boxes["flagged"].append(mail("flagged"))
        self.boxes["flagged"].append(mail("flagged"))
        self.boxes["flagged"].old = set(self.boxes["flagged"].arrived)
        daemon = self.start_well()
        wait_until(lambda: daemon.log.count("first login") == len(self.boxes), 60, "each mailbox has begun")
        with self.desk() as desk:
            desk.execute(AddAgent("ana", "Ana", "ana@acme.test"))
        self.end()

    def take_old(self) -> None:
        """Import the mails that were in a mailbox before the desk."""
        since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        with self.desk() as desk:
            done = desk.call("channel_action", name="flagged", action="import", params={"since": since})
        assert done["after"] is None
        self.boxes["flagged"].old = set()

    def verify(self) -> list[object]:
        """Return the problems that the product itself reports."""
        with self.desk() as desk:
            reports = [desk.call("channel_action", name=name, action="verify", params={}) for name in self.boxes]
        return [missing for report in reports for missing in report["missing"]]

    def end(self) -> None:
        """Wait until the daemon has finished its current work."""
        daemon = self.daemon
        if daemon is not None and daemon.alive():
            daemon.send(signal.SIGTERM)
            wait_until(lambda: not daemon.alive(), 60, "the daemon ends when it is asked to")

    def kill(self) -> None:
        daemon = self.daemon
        if daemon is not None and daemon.alive():
            daemon.send(signal.SIGKILL)
            wait_until(lambda: not daemon.alive(), 20, "the daemon is dead")

    def close(self) -> None:
        self.kill()
        for box in self.boxes.values():
            box.close()
        for proxy in self.proxies.values():
            proxy.close()
        self.sink.close()

    # --- people

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Run all senders and the agent during the block, and until their current work is done."""
        stop = threading.Event()
        threads = [threading.Thread(target=feeder.feed, args=(stop,), daemon=True) for feeder in self.feeders]
        threads.append(threading.Thread(target=self._answer, args=(stop,), daemon=True))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)

    @contextmanager
    def desk(self) -> Iterator[RemoteDesk]:
        desk = RemoteDesk.connect(self.folder / "desk.sock", hello_within=10, answer_within=10)
        if desk is None:
            raise ConnectionRefusedError("no daemon")
        try:
            yield desk
        finally:
            desk.close()

    def _transport(self, kind: type[smtplib.SMTP], door: str) -> Callable[[bytes], None]:
        def offer(raw: bytes) -> None:
            with kind("127.0.0.1", self.proxies[door].port, local_hostname="feeder", timeout=10) as client:
                client.sendmail("ann@example.org", [f"{door}@acme.test"], raw)

        return offer

    def _ingest(self, raw: bytes) -> None:
        from base64 import b64encode

        with self.desk() as desk:
            desk.call("ingest", raw_base64=b64encode(raw).decode(), channel="smtp")

    def _answer(self, stop: threading.Event) -> None:
        """Create, answer and solve tickets repeatedly as an agent, during all faults of the daemon."""
        pause = 0.0
        while not stop.wait(pause):
            pause = RETRY
            with suppress(DeskctlError, OSError), self.desk() as desk:
                call = Create("bob@example.net", "call", "hello", channel=next(self.calls))
                made = desk.execute(call, agent="ana")
                number = made.facts["number"]
                said = desk.execute(Reply(number, "an answer", at_once=True), agent="ana")
                self.replies.append(int(said.facts["outbox"]))
                desk.execute(Solve(number), agent="ana")
                pause = 0.2

    # --- the store

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Return rows of the store, read without the daemon."""
        if self.on_sqlite:
            connection = sqlite3.connect(f"file:{self.store_folder / 'desk.db'}?mode=ro", uri=True, timeout=20)
            try:
                return connection.execute(query).fetchall()
            finally:
                connection.close()
        with psycopg.connect(self.url) as server:
            return server.execute(query.encode()).fetchall()
