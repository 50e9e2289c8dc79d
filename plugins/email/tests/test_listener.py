"""The SMTP and LMTP listener: it replies `250` only after the journal's commit."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskctl.testing.builders import raw_mail
from deskctl.testing.fakes import MemoryContext
from deskctl_email.config import EmailConfig, Listen
from tests.servers.smtp_client import ADDRESS, Client, run_client


@pytest.fixture
def config(free_port: Callable[[], int]) -> EmailConfig:
    return EmailConfig(address=ADDRESS, aliases=("help@acme.test",), listen=Listen(port=free_port()))


def listener_address(config: EmailConfig) -> tuple[str, int]:
    assert config.listen is not None
    assert config.listen.port is not None
    return config.listen.host, config.listen.port


async def test_mail_is_journalled_byte_for_byte(config: EmailConfig, context: MemoryContext, running: Any) -> None:
    content = (
        b"Subject: x\r\n\r\n.\x00dot\r\n..\r\nbare\nlf\rcr\r\nends with a dot.\r\n\xff\xfe\r\n"
        + b"y" * 300_000
        + b"\r\n"
    )

    def work(client: Client) -> str:
        client.open_mail(sender="")
        stuffed = content.replace(b"\r\n.", b"\r\n..")
        return client.say(stuffed + b".\r\n")

    async with running(config, context):
        assert (await run_client(work, listener_address(config))).startswith("250")
    [delivered] = context.journal
    assert delivered.raw == content
    assert delivered.envelope.via == "smtp"
    assert delivered.envelope.sender == ""
    assert delivered.envelope.recipients == (ADDRESS,)


async def test_empty_mail_and_mail_of_dots_end_correctly(
    config: EmailConfig, context: MemoryContext, running: Any
) -> None:
    def work(client: Client) -> None:
        client.open_mail()
        assert client.say(".").startswith("250")
        for words in ("MAIL FROM:<a@b.c>", f"RCPT TO:<{ADDRESS}>", "DATA"):
            client.say(words)
        assert client.say(b"..\r\n...\r\n.\r\n").startswith("250")

    async with running(config, context):
        await run_client(work, listener_address(config))
    assert [delivered.raw for delivered in context.journal] == [b"", b".\r\n..\r\n"]


async def test_bare_newline_around_the_dot_does_not_smuggle_mail(
    config: EmailConfig, context: MemoryContext, running: Any
) -> None:
    smuggled = b"a\n.\nMAIL FROM:<eve@x.y>\r\nb\n.\r\nMAIL FROM:<eve@x.y>\r\nc\r\n.\nd\r\n"

    def work(client: Client) -> str:
        client.open_mail()
        return client.say(smuggled + b".\r\n")

    async with running(config, context):
        assert (await run_client(work, listener_address(config))).startswith("250")
    assert len(context.journal) == 1


async def test_terminator_may_arrive_in_pieces(config: EmailConfig, context: MemoryContext, running: Any) -> None:
    def work(client: Client) -> str:
        client.open_mail()
        client.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"hello.\r\n.\r\n":
            client.send(bytes([byte]))
        return client.answer()

    async with running(config, context):
        assert (await run_client(work, listener_address(config))).startswith("250")
    assert context.journal[0].raw == b"hello.\r\n"


async def test_pipelined_commands_are_processed_in_order(
    config: EmailConfig, context: MemoryContext, running: Any
) -> None:
    def work(client: Client) -> None:
        client.say("EHLO x")
        envelope = f"MAIL FROM:<a@b.c>\r\nRCPT TO:<{ADDRESS}>\r\nDATA\r\n".encode()
        client.send(envelope)
        assert [client.answer()[:3] for _ in range(3)] == ["250", "250", "354"]
        client.send(b"first\r\n.\r\n" + envelope)
        assert [client.answer()[:3] for _ in range(4)] == ["250", "250", "250", "354"]
        client.send(b"second\r\n.\r\nQUIT\r\n")
        assert [client.answer()[:3] for _ in range(2)] == ["250", "221"]

    async with running(config, context):
        await run_client(work, listener_address(config))
    assert [delivered.raw for delivered in context.journal] == [b"first\r\n", b"second\r\n"]


async def test_incomplete_mail_is_discarded(config: EmailConfig, context: MemoryContext, running: Any) -> None:
    def half(client: Client) -> None:
        client.open_mail()
        client.send(b"Subject: half\r\n\r\nno end")

    def whole(client: Client) -> str:
        client.open_mail()
        return client.say(b"whole\r\n.\r\n")

    async with running(config, context):
        await run_client(half, listener_address(config))
        assert (await run_client(whole, listener_address(config))).startswith("250")
    assert [delivered.raw for delivered in context.journal] == [b"whole\r\n"]


async def test_mail_for_other_addresses_is_refused(config: EmailConfig, context: MemoryContext, running: Any) -> None:
    def work(client: Client) -> list[str]:
        client.say("EHLO x")
        client.say("MAIL FROM:<a@b.c>")
        recipients = (
            "sales@acme.test",
            "support@evil.test",
            "Support@ACME.test",
            "support+t42@acme.test",
            "help@acme.test",
        )
        return [client.say(f"RCPT TO:<{recipient}>")[:3] for recipient in recipients]

    async with running(config, context):
        assert await run_client(work, listener_address(config)) == ["550", "550", "250", "250", "250"]


async def test_mail_over_the_limit_is_refused_permanently(
    free_port: Callable[[], int], context: MemoryContext, running: Any
) -> None:
    config = EmailConfig(address=ADDRESS, listen=Listen(port=free_port()), max_size=100_000)

    def work(client: Client) -> None:
        assert "SIZE 100000" in client.say("EHLO x")
        assert client.say("MAIL FROM:<a@b.c> SIZE=100001").startswith("552")
        client.open_mail()
        assert client.say(b"x" * 99_998 + b"\r\n.\r\n").startswith("250")
        client.open_mail()
        assert client.say(b"x" * 99_999 + b"\r\n.\r\n").startswith("552")
        client.open_mail()
        assert client.say(b"after\r\n.\r\n").startswith("250")

    async with running(config, context):
        await run_client(work, listener_address(config))
    assert [len(delivered.raw) for delivered in context.journal] == [100_000, 7]


async def test_store_failure_gives_a_temporary_error(config: EmailConfig, context: MemoryContext, running: Any) -> None:
    def work(client: Client) -> tuple[str, str]:
        client.open_mail()
        context.refuse = True
        refused = client.say(b"again\r\n.\r\n")
        context.refuse = False
        client.open_mail()
        return refused, client.say(b"again\r\n.\r\n")

    async with running(config, context):
        refused, taken = await run_client(work, listener_address(config))
    assert refused.startswith("451")
    assert taken.startswith("250")
    assert len(context.journal) == 1
    assert len({attempt.key for attempt in context.attempts}) == 1


async def test_greeting_is_421_while_the_store_is_unavailable(
    config: EmailConfig, context: MemoryContext, running: Any
) -> None:
    async with running(config, context):
        context.refuse = True
        assert (await run_client(lambda client: client.greeting, listener_address(config))).startswith("421")
        context.refuse = False
        assert (await run_client(lambda client: client.greeting, listener_address(config))).startswith("220")


async def test_250_waits_for_the_commit(config: EmailConfig, context: MemoryContext, running: Any) -> None:
    async with running(config, context):
        client = await asyncio.to_thread(Client, listener_address(config))
        await asyncio.to_thread(client.open_mail)
        context.hold()
        client.send(b"x\r\n.\r\n")
        await context.wait_for(lambda: context.attempts, "the mail was offered")
        client.line.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.line.recv(1)
        context.release()
        client.line.settimeout(10)
        assert (await asyncio.to_thread(client.line.recv, 3)) == b"250"
        client.close()


async def test_lmtp_replies_for_each_recipient(
    free_port: Callable[[], int], context: MemoryContext, running: Any
) -> None:
    config = EmailConfig(address=ADDRESS, aliases=("help@acme.test",), listen=Listen(port=free_port(), protocol="lmtp"))

    def work(client: Client) -> list[str]:
        assert client.say("EHLO x").startswith("500")
        client.say("LHLO x")
        client.say("MAIL FROM:<a@b.c>")
        client.say(f"RCPT TO:<{ADDRESS}>")
        client.say("RCPT TO:<help@acme.test>")
        client.say("DATA")
        return [client.say(b"x\r\n.\r\n")[:3], client.answer()[:3], client.say("NOOP")[:3]]

    async with running(config, context):
        assert await run_client(work, listener_address(config)) == ["250", "250", "250"]
    [delivered] = context.journal
    assert delivered.envelope.via == "lmtp"
    assert delivered.envelope.recipients == (ADDRESS, "help@acme.test")


async def test_unix_socket_accepts_mail_and_excludes_other_users(
    tmp_path: Path, context: MemoryContext, running: Any
) -> None:
    path = tmp_path / "lmtp"
    config = EmailConfig(address=ADDRESS, listen=Listen(path=path, protocol="lmtp"))

    def work(client: Client) -> str:
        client.open_mail(hello="LHLO x")
        return client.say(b"x\r\n.\r\n")

    async with running(config, context):
        assert path.stat().st_mode & 0o007 == 0
        assert (await run_client(work, str(path))).startswith("250")
    assert not path.exists()


async def test_starttls_is_offered_with_a_certificate(
    free_port: Callable[[], int], context: MemoryContext, running: Any, certificate: Any
) -> None:
    config = EmailConfig(address=ADDRESS, listen=Listen(port=free_port(), cert=certificate.cert, key=certificate.key))

    def work() -> None:
        trusting = ssl.create_default_context(cafile=str(certificate.cert))
        with smtplib.SMTP(*listener_address(config), timeout=10) as smtp:
            smtp.starttls(context=trusting)
            smtp.ehlo()
            assert not smtp.has_extn("auth")
            assert not smtp.has_extn("starttls")
            smtp.sendmail("a@b.c", [ADDRESS], raw_mail("한글"))

    async with running(config, context):
        await asyncio.to_thread(work)
    assert len(context.journal) == 1


async def test_smtputf8_and_8bit_are_accepted(config: EmailConfig, context: MemoryContext, running: Any) -> None:
    def work(client: Client) -> str:
        client.say("EHLO x")
        assert client.say("MAIL FROM:<고객@예시.테스트> BODY=8BITMIME SMTPUTF8").startswith("250")
        client.say(f"RCPT TO:<{ADDRESS}>")
        client.say("DATA")
        return client.say("제목: 한글\r\n\r\n안녕\r\n.\r\n".encode())

    async with running(config, context):
        assert (await run_client(work, listener_address(config))).startswith("250")
    assert context.journal[0].envelope.sender == "고객@예시.테스트"


async def test_invalid_command_does_not_end_the_session(
    config: EmailConfig, context: MemoryContext, running: Any
) -> None:
    def work(client: Client) -> None:
        for nonsense in (b"\x00\xff\xfe\r\n", b"\r\n", b"MAIL\r\n", b"X" * 100_000 + b"\r\n", b"RCPT TO:<\r\n"):
            assert client.say(nonsense)[0] == "5", nonsense[:20]
        client.open_mail()
        assert client.say(b"x\r\n.\r\n").startswith("250")

    async with running(config, context):
        await run_client(work, listener_address(config))
    assert len(context.journal) == 1


async def test_address_in_use_is_reported(config: EmailConfig, context: MemoryContext, running: Any) -> None:
    from deskctl.plugins import Unavailable
    from deskctl_email.channel import EmailChannel

    async with running(config, context):
        with pytest.raises(Unavailable, match="cannot listen at"):
            await EmailChannel(config, MemoryContext("other")).receive()


async def test_clients_that_disconnect_do_not_fill_the_listener(
    free_port: Callable[[], int], context: MemoryContext, running: Any
) -> None:
    config = EmailConfig(address=ADDRESS, listen=Listen(port=free_port(), max_connections=3))

    def hang_up() -> None:
        for _ in range(50):
            socket.create_connection(listener_address(config)).close()

    async with running(config, context):
        held = [await asyncio.to_thread(Client, listener_address(config)) for _ in range(3)]
        assert (await run_client(lambda client: client.greeting, listener_address(config))).startswith("421")
        for client in held:
            client.close()
        await asyncio.to_thread(hang_up)
        greetings: list[str] = []
        for _ in range(100):
            greetings.append(await run_client(lambda client: client.greeting, listener_address(config)))
            if greetings[-1].startswith("220"):
                break
        assert greetings[-1].startswith("220")
