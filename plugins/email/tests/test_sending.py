"""Sending through a relay: the relay's reply and its time determine the result."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deskctl.plugins import Receipt, Rejected, Secret, TryLater, Uncertain
from deskctl.testing.builders import outbound
from deskctl.testing.fakes import MemoryContext
from deskctl.testing.smtp_sink import SmtpSink
from deskctl_email import relay_pool
from deskctl_email.channel import EmailChannel
from deskctl_email.config import EmailConfig, Smtp

ADDRESS = "support@acme.test"


def channel_for(sink: SmtpSink, context: MemoryContext, **smtp: Any) -> EmailChannel:
    given = {"host": sink.host, "port": sink.port, "timeout": timedelta(seconds=5), **smtp}
    return EmailChannel(EmailConfig(address=ADDRESS, smtp=Smtp(**given)), context)


@pytest.fixture
def channel(sink: SmtpSink, context: MemoryContext) -> EmailChannel:
    return channel_for(sink, context)


async def test_message_is_marked_before_it_is_sent(
    channel: EmailChannel, sink: SmtpSink, context: MemoryContext
) -> None:
    receipt = await channel.send(outbound("안녕하세요\n.\n", outbox_id=7))
    await channel.aclose()
    assert isinstance(receipt, Receipt)
    assert context.marked == [7]
    [mail] = sink.mails
    assert mail.sender == ADDRESS
    assert mail.recipients == ("ana@example.org",)
    assert mail.text.replace("\r\n", "\n") == "안녕하세요\n.\n"


async def test_connection_is_reused_and_replaced_after_a_loss(channel: EmailChannel, sink: SmtpSink) -> None:
    for _ in range(3):
        await channel.send(outbound())
    sink.drop("mail")
    await channel.send(outbound())
    await channel.aclose()
    assert len(sink.mails) == 4


async def test_stalled_connection_does_not_delay_the_others(sink: SmtpSink, context: MemoryContext) -> None:
    channel = channel_for(sink, context, timeout=timedelta(seconds=60), connections=2)
    sink.stall("after-data")
    stalled = asyncio.create_task(channel.send(outbound("stalled", outbox_id=1)))
    await asyncio.to_thread(sink.wait, 1)
    for number in (2, 3, 4):
        await channel.send(outbound("sent", outbox_id=number))
    assert not stalled.done()
    await channel.aclose()
    with pytest.raises(Uncertain):
        await stalled
    assert len(sink.mails) == 4


async def test_messages_beyond_the_connections_wait(sink: SmtpSink, context: MemoryContext) -> None:
    channel = channel_for(sink, context)
    await asyncio.gather(*(channel.send(outbound(outbox_id=number)) for number in range(5)))
    await channel.aclose()
    assert sink.connections == 1
    assert sorted(context.marked) == [0, 1, 2, 3, 4]


async def test_connection_without_messages_is_closed_while_others_send(
    sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_pool, "IDLE_SECONDS", 0.2)
    context = TogetherContext()
    channel = channel_for(sink, context, connections=2)
    await asyncio.gather(*(channel.send(outbound(outbox_id=number)) for number in (1, 2)))
    assert sink.connections == len(connections_to(sink.port)) == 2
    async with asyncio.timeout(20):
        while len(connections_to(sink.port)) == 2:
            await channel.send(outbound(outbox_id=3))
    assert sink.connections == 2, "one of them remained in use"
    await context.wait_for(lambda: not connections_to(sink.port), "the other one is closed, too")
    await channel.aclose()


class TogetherContext(MemoryContext):
    """Lets the messages 1 and 2 be sent at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self._both = threading.Barrier(2, timeout=20)

    def sending(self, outbox_id: int) -> None:
        if outbox_id < 3:
            self._both.wait()
        super().sending(outbox_id)


def connections_to(port: int) -> list[str]:
    """Return the established TCP connections of this machine to a port (proc(5), tcp)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [row[1] for row in rows if row[2].endswith(f":{port:04X}") and row[3] == "01"]


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "after-data"])
@pytest.mark.parametrize(("code", "raised"), [(451, TryLater), (550, Rejected)])
async def test_refusal_is_permanent_and_delay_is_temporary(
    stage: Any, code: int, raised: type[Exception], channel: EmailChannel, sink: SmtpSink, context: MemoryContext
) -> None:
    sink.refuse(stage, code)
    with pytest.raises(raised, match=str(code)):
        await channel.send(outbound(outbox_id=1))
    assert context.marked == ([1] if stage in ("data", "after-data") else [])
    await channel.send(outbound(outbox_id=2))
    await channel.aclose()
    assert len(sink.mails) == 1


@pytest.mark.parametrize("kind", ["drop", "stall"])
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
async def test_no_reply_before_the_content_is_temporary(
    stage: Any, kind: str, sink: SmtpSink, context: MemoryContext
) -> None:
    channel = channel_for(sink, context, timeout=timedelta(seconds=1))
    getattr(sink, kind)(stage)
    with pytest.raises(TryLater):
        await channel.send(outbound())
    await channel.send(outbound())
    await channel.aclose()
    assert len(sink.mails) == 1


@pytest.mark.parametrize("kind", ["drop", "stall"])
async def test_no_reply_after_the_content_is_uncertain(kind: str, sink: SmtpSink, context: MemoryContext) -> None:
    channel = channel_for(sink, context, timeout=timedelta(seconds=1))
    getattr(sink, kind)("after-data")
    with pytest.raises(Uncertain):
        await channel.send(outbound(outbox_id=9))
    await channel.aclose()
    assert context.marked == [9]
    assert len(sink.mails) == 1


async def test_connection_loss_within_large_content_is_temporary(context: MemoryContext) -> None:
    with Scripted([b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"354 x\r\n"]) as relay:
        channel = EmailChannel(EmailConfig(address=ADDRESS, smtp=Smtp(host="127.0.0.1", port=relay.port)), context)
        with pytest.raises(TryLater):
            await channel.send(outbound(files=(context.add_file(b"x" * 20_000_000),)))
        await channel.aclose()


async def test_unreachable_relay_is_temporary(context: MemoryContext, free_port: Callable[[], int]) -> None:
    channel = EmailChannel(EmailConfig(address=ADDRESS, smtp=Smtp(host="127.0.0.1", port=free_port())), context)
    with pytest.raises(TryLater):
        await channel.send(outbound())
    await channel.aclose()
    assert context.marked == []


async def test_message_that_cannot_be_marked_is_not_sent(
    channel: EmailChannel, sink: SmtpSink, context: MemoryContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(outbox_id: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(context, "sending", full)
    with pytest.raises(TryLater):
        await channel.send(outbound())
    await channel.aclose()
    assert sink.mails == []


async def test_refused_recipients_are_reported_and_others_receive_the_mail(
    channel: EmailChannel, sink: SmtpSink, context: MemoryContext
) -> None:
    sink.refuse("rcpt", 550, recipient="gone@example.org")
    receipt = await channel.send(outbound(to=("ana@example.org", "gone@example.org")))
    await channel.aclose()
    assert sink.mails[0].recipients == ("ana@example.org",)
    assert "gone@example.org" in receipt.remark
    assert [(one.address, one.action) for one in receipt.refused] == [("gone@example.org", "failed")]
    assert "gone@example.org" in context.alerts[0][0]


async def test_all_refused_recipients_with_one_delay_is_temporary(channel: EmailChannel, sink: SmtpSink) -> None:
    sink.refuse("rcpt", 550, recipient="gone@example.org")
    sink.refuse("rcpt", 450, recipient="full@example.org")
    with pytest.raises(TryLater):
        await channel.send(outbound(to=("gone@example.org", "full@example.org")))
    await channel.aclose()


@pytest.mark.parametrize("stage", ["mail", "rcpt"])
async def test_automatic_mail_has_null_sender_if_the_relay_accepts_it(
    stage: Any, channel: EmailChannel, sink: SmtpSink
) -> None:
    await channel.send(outbound(automatic=True))
    sink.refuse(stage, 550)
    await channel.send(outbound(automatic=True))
    await channel.aclose()
    assert [mail.sender.strip("<>") for mail in sink.mails] == ["", ADDRESS]


async def test_wrong_password_is_temporary_and_alerts_once(context: MemoryContext) -> None:
    with SmtpSink(logins={"support": "right"}) as sink:
        wrong = channel_for(sink, context, user="support", password=Secret("literal", "wrong-word"))
        for _ in range(2):
            with pytest.raises(TryLater) as caught:
                await wrong.send(outbound())
            assert "wrong-word" not in str(caught.value)
        await wrong.aclose()
        assert len(context.alerts) == 1
        right = channel_for(sink, context, user="support", password=Secret("literal", "right"))
        await right.send(outbound())
        await right.aclose()
        assert len(sink.mails) == 1


async def test_relay_that_requires_login_keeps_the_message(context: MemoryContext) -> None:
    with SmtpSink(logins={"support": "right"}) as sink:
        channel = channel_for(sink, context)
        with pytest.raises(TryLater):
            await channel.send(outbound())
        await channel.aclose()
    assert len(context.alerts) == 1


@pytest.mark.parametrize("password", ["right", "맞는 암호"])
@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_login_over_tls(
    security: Any, password: str, context: MemoryContext, certificate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ssl

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate.cert, certificate.key)
    with SmtpSink(logins={"support": password}, tls=serving, tls_from_start=security == "tls") as sink:
        channel = channel_for(sink, context, security=security, user="support", password=Secret("literal", password))
        await channel.send(outbound())
        await channel.aclose()
        assert len(sink.mails) == 1


async def test_untrusted_certificate_sends_nothing(context: MemoryContext, certificate: Any) -> None:
    import ssl

    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate.cert, certificate.key)
    with SmtpSink(tls=serving) as sink:
        channel = channel_for(sink, context, security="starttls")
        with pytest.raises(TryLater, match="untrusted"):
            await channel.send(outbound())
        await channel.aclose()
    assert "untrusted" in context.alerts[0][0]


async def test_missing_starttls_sends_nothing(sink: SmtpSink, context: MemoryContext) -> None:
    channel = channel_for(sink, context, security="starttls")
    with pytest.raises(TryLater):
        await channel.send(outbound())
    await channel.aclose()
    assert sink.mails == []


async def test_concurrent_sends_all_arrive(channel: EmailChannel, sink: SmtpSink) -> None:
    await asyncio.gather(*(channel.send(outbound(f"answer {n}", outbox_id=n)) for n in range(10)))
    await channel.aclose()
    assert len({mail.text for mail in sink.mails}) == 10


class Scripted:
    """A relay that sends its replies and then resets the connection."""

    def __init__(self, answers: list[bytes]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._answers = answers
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        line, _ = self._listener.accept()
        with line:
            line.settimeout(10)
            for index, answer in enumerate(self._answers):
                if index:
                    line.recv(4096)
                line.sendall(answer)
            line.recv(10)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._thread.join(10)
