"""The channel contract, tested with the listener and with a mailbox."""

from __future__ import annotations

import hashlib
import smtplib
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from deskctl.plugins import Secret
from deskctl.testing import builders
from deskctl.testing.contract import ChannelContract, EndContract, Fault, ReceiveContract
from deskctl.testing.fakes import MemoryContext
from deskctl.testing.smtp_sink import SmtpSink
from deskctl_email import deskctl_channels
from deskctl_email.config import EmailConfig, Imap, Listen, Smtp
from tests.servers.waiting import answers

[EMAIL] = deskctl_channels()


class Relay:
    """A mail server that accepts outgoing mail and delivers to the listener with retries."""

    def __init__(self, sink: SmtpSink, port: int) -> None:
        self.sink = sink
        smtp = Smtp(host=sink.host, port=sink.port, security="plain")
        self.config = EmailConfig(address="support@acme.test", listen=Listen(port=port), smtp=smtp)
        self._port = port
        self._accepted = 0
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def put(self, raw: bytes) -> None:
        thread = threading.Thread(target=self._deliver, args=(raw,))
        self._threads.append(thread)
        thread.start()

    def acknowledged(self) -> int:
        return self._accepted

    def received(self) -> list[str]:
        return [mail.text for mail in self.sink.mails]

    def fail(self, fault: Fault) -> None:
        if fault == "refuses":
            self.sink.refuse("rcpt", 550)
        elif fault == "is busy":
            self.sink.refuse("mail", 451)
        else:
            self.sink.drop("after-data")

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(10)

    def _deliver(self, raw: bytes) -> None:
        while not self._stop.is_set():
            try:
                with smtplib.SMTP("127.0.0.1", self._port, timeout=10) as client:
                    client.sendmail("ana@example.org", ["support@acme.test"], raw)
                self._accepted += 1
                return
            except (OSError, smtplib.SMTPException):
                self._stop.wait(0.05)


def encoded_mail(text: str) -> bytes:
    """Return a mail with `text`, encoded so that servers in transit do not change it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ana <ana@example.org>", "support@acme.test", "Printer"
    mail["Message-ID"] = f"<{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}@example.org>"
    mail.set_content(text.encode("utf-8", "replace").decode(), cte="base64")
    return mail.as_bytes().replace(b"\n", b"\r\n")


class TestListenerContract(ChannelContract):
    channel_type = EMAIL
    samples = (builders.raw_mail("It burns."), builders.raw_mail("It smokes.", html="<p>It <b>smokes</b>."))

    def raw(self, text: str) -> bytes:
        return encoded_mail(text)

    @pytest.fixture
    def peer(self, sink: SmtpSink, free_port: Callable[[], int]) -> Iterator[Relay]:
        self.port = free_port()
        relay = Relay(sink, self.port)
        yield relay
        relay.close()

    async def at_work(self, context: MemoryContext) -> None:
        await context.wait_for(lambda: answers(self.port), "the listener accepts connections")


class Mailbox:
    """A mailbox without a relay: with one, `check` would wait for its probe mail."""

    def __init__(self, dovecot: Any) -> None:
        self.box = dovecot.mailbox()
        self.config = EmailConfig(
            address="support@acme.test",
            imap=Imap(
                host=dovecot.host,
                port=dovecot.port,
                user=self.box.user,
                password=Secret.of(self.box.password),
                security="plain",
            ),
        )

    def put(self, raw: bytes) -> None:
        self.box.append(raw)

    def acknowledged(self) -> int:
        """Return the number of mails that the channel has flagged; the server itself sets \\Recent."""
        return sum(bool(self.box.flags(uid) - {"\\Recent"}) for uid in self.box.uids())

    def received(self) -> list[str]:
        return []

    def fail(self, fault: Fault) -> None:
        raise AssertionError(f"a mailbox sends nothing: {fault}")


class TestMailboxContract(ReceiveContract, EndContract):
    """The receiving part of the contract, with a mailbox."""

    channel_type = EMAIL
    samples = TestListenerContract.samples
    sends = False

    def raw(self, text: str) -> bytes:
        return encoded_mail(text)

    async def at_work(self, context: MemoryContext) -> None:
        """Wait for the first login, after which the channel reads new mail."""
        await context.wait_for(context.load_state, "the first login")

    @pytest.fixture
    def peer(self, dovecot: Any) -> Mailbox:
        return Mailbox(dovecot)
