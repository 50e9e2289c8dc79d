"""The check behind `channel test`: it covers each configured part and opens no ticket."""

from __future__ import annotations

import asyncio
import smtplib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deskctl.plugins import Health, Secret
from deskctl.testing.builders import raw_mail
from deskctl.testing.fakes import MemoryContext
from deskctl.testing.smtp_sink import SmtpSink
from deskctl_email.channel import EmailChannel
from deskctl_email.config import EmailConfig, Imap, Listen, Smtp
from deskctl_email.probe import ProbeTokens, carries_probe
from deskctl_email.state import State

ADDRESS = "support@acme.test"


def imap(mailbox: Any, **given: Any) -> Imap:
    password = given.pop("password", mailbox.password)
    return Imap(host=mailbox.host, port=mailbox.port, user=mailbox.user, password=Secret("literal", password), **given)


def parts(health: Health) -> dict[str, bool]:
    return {part.name: part.ok for part in health.parts}


async def checked(config: EmailConfig, context: MemoryContext) -> Health:
    channel = EmailChannel(config, context)
    health = await channel.check()
    await channel.aclose()
    return health


@pytest.fixture
def deliver_to(dovecot: Any, sink: SmtpSink) -> Iterator[Callable[[Any], None]]:
    """Deliver all mail that the relay accepts to a mailbox: `deliver_to(mailbox)`."""
    done = threading.Event()
    threads: list[threading.Thread] = []

    def deliver(mailbox: Any) -> None:
        delivered = 0
        while not done.wait(0.05):
            for mail in sink.mails[delivered:]:
                delivered += 1
                with smtplib.LMTP(*dovecot.lmtp, local_hostname="localhost", timeout=10) as lmtp:
                    lmtp.sendmail(mail.sender, [mailbox.user], mail.raw)

    def start(mailbox: Any) -> None:
        threads.append(threading.Thread(target=deliver, args=(mailbox,), daemon=True))
        threads[-1].start()

    yield start
    done.set()
    for thread in threads:
        thread.join(10)


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
@pytest.mark.parametrize("unix", [False, True])
async def test_check_of_listener_stops_after_rcpt(
    protocol: Any,
    unix: bool,
    tmp_path: Path,
    context: MemoryContext,
    free_port: Callable[[], int],
    running: Any,
) -> None:
    listen = Listen(path=tmp_path / "in", protocol=protocol) if unix else Listen(port=free_port(), protocol=protocol)
    config = EmailConfig(address=ADDRESS, listen=listen)
    async with running(config, context) as channel:
        health = await channel.check()
        assert health.ok, health
    assert context.attempts == []
    health = await checked(config, context)
    assert parts(health) == {"listener": False}
    assert "daemon" in health.parts[0].hint


async def test_check_of_relay_covers_login_and_envelope(context: MemoryContext) -> None:
    with SmtpSink(logins={"support": "right"}) as sink:
        for password, fine in (("right", True), ("wrong-word", False)):
            smtp = Smtp(host=sink.host, port=sink.port, user="support", password=Secret("literal", password))
            health = await checked(EmailConfig(address=ADDRESS, smtp=smtp), context)
            assert parts(health) == {"relay": fine}
            assert "wrong-word" not in repr(health)
        assert sink.mails == []


async def test_check_reports_a_relay_that_refuses_the_channel_address(sink: SmtpSink, context: MemoryContext) -> None:
    sink.refuse("rcpt", 550)
    health = await checked(EmailConfig(address=ADDRESS, smtp=Smtp(host=sink.host, port=sink.port)), context)
    assert parts(health) == {"relay": False}
    assert "550" in health.parts[0].detail


async def test_check_reports_each_part_even_if_others_fail(
    dovecot: Any, sink: SmtpSink, context: MemoryContext, free_port: Callable[[], int]
) -> None:
    config = EmailConfig(
        address=ADDRESS,
        listen=Listen(port=free_port()),
        imap=imap(dovecot.mailbox(), password="wrong"),
        smtp=Smtp(host=sink.host, port=sink.port),
    )
    health = await checked(config, context)
    assert parts(health) == {"listener": False, "mailbox": False, "relay": True, "probe": False}
    assert all(part.hint for part in health.parts if not part.ok)


async def test_probe_returns_and_is_deleted(
    dovecot: Any, sink: SmtpSink, context: MemoryContext, running: Any, deliver_to: Callable[[Any], None]
) -> None:
    mailbox = dovecot.mailbox()
    config = EmailConfig(
        address=ADDRESS,
        imap=imap(mailbox, poll=timedelta(seconds=1)),
        smtp=Smtp(host=sink.host, port=sink.port),
    )
    deliver_to(mailbox)
    async with running(config, context) as channel:
        await context.wait_for(lambda: context.load_state().get("imap"), "the first login is noted")
        health = await channel.check()
        assert health.ok, health
        assert parts(health) == {"mailbox": True, "relay": True, "probe": True}
        uid = await asyncio.to_thread(mailbox.append, raw_mail(subject="a customer"))
        await context.wait_for(lambda: context.journal, "the customer's mail is ingested", 45)
    assert len(context.journal) == 1, "the probe is not ingested"
    assert await asyncio.to_thread(mailbox.uids) == [uid]


async def test_late_probe_is_not_journalled_by_the_listener(
    context: MemoryContext, running: Any, free_port: Callable[[], int]
) -> None:
    config = EmailConfig(address=ADDRESS, listen=Listen(port=free_port()))
    token = ProbeTokens(State(context), context.now).issue()
    late = raw_mail().replace(b"Subject:", b"X-Deskctl-Probe: " + token.encode() + b"\r\nSubject:")
    forged = late.replace(token.encode(), token[:-4].encode() + b"0000")
    quoted = raw_mail(f"X-Deskctl-Probe: {token}\nin a body")

    def send() -> None:
        assert config.listen is not None
        with smtplib.SMTP("127.0.0.1", config.listen.port or 0, timeout=10) as smtp:
            for raw in (late, forged, quoted):
                smtp.sendmail("ana@example.org", [ADDRESS], raw)

    async with running(config, context):
        await asyncio.to_thread(send)
    assert [entry.raw for entry in context.journal] == [forged, quoted]


def test_probe_token_is_valid_for_a_week() -> None:
    moments = [datetime(2026, 3, 1, tzinfo=UTC)]
    context = MemoryContext("support", lambda: moments[-1])
    probes = ProbeTokens(State(context), context.now)
    raw = f"X-Deskctl-Probe: {probes.issue()}\r\n\r\n".encode()
    assert carries_probe(raw)
    assert probes.is_own_probe(raw)
    assert ProbeTokens(State(context), context.now).is_own_probe(raw), "valid after a restart"
    assert not ProbeTokens(State(MemoryContext("other")), context.now).is_own_probe(raw), "invalid on another desk"
    moments.append(moments[0] + timedelta(days=8))
    assert not probes.is_own_probe(raw)


@pytest.mark.parametrize("moment", ["0", "1", "253402300800", "999999999999"])
def test_forged_probe_token_is_rejected(moment: str) -> None:
    context = MemoryContext()
    probes = ProbeTokens(State(context), context.now)
    _, _, rest = probes.issue().partition(".")
    assert not probes.is_own_probe(f"X-Deskctl-Probe: {moment}.{rest}\r\n\r\n".encode())
