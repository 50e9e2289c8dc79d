"""The limits of the listener: connections, bytes of unfinished mail and idle time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deskctl.plugins import Invalid
from deskctl.testing.fakes import MemoryContext
from deskctl_email.config import EmailConfig, Listen
from tests.servers.smtp_client import ADDRESS, Client, run_client
from tests.servers.waiting import wait_until

KB = 1024
ListenWith = Callable[..., EmailConfig]


@pytest.fixture
def listen_with(free_port: Callable[[], int]) -> ListenWith:
    """`listen_with(max_size=…, **limits)`: a channel with these limits of its listener."""

    def make(max_size: int = 64 * KB, **limits: Any) -> EmailConfig:
        return EmailConfig(address=ADDRESS, listen=Listen(port=free_port(), **limits), max_size=max_size)

    return make


def listener_address(config: EmailConfig) -> tuple[str, int]:
    assert config.listen is not None
    assert config.listen.port is not None
    return config.listen.host, config.listen.port


def half_mail(client: Client, size: int) -> None:
    """Send the beginning of a mail."""
    client.open_mail()
    client.send(b"x" * size)


def wait_for_mail_answer(address: tuple[str, int], size: int, answer: str) -> None:
    """Announce a mail of this size repeatedly until the reply is `answer`."""
    client = Client(address)
    client.say("EHLO x")
    wait_until(
        lambda: client.say("RSET") and client.say(f"MAIL FROM:<a@b.c> SIZE={size}").startswith(answer), what=answer
    )
    client.close()


def greeting(address: tuple[str, int], source: str | None = None) -> str:
    """Connect and return the code of the greeting."""
    client = Client(address, source)
    client.close()
    return client.greeting[:3]


async def test_mail_over_the_common_budget_is_refused_for_now_and_its_session_continues(
    listen_with: ListenWith, context: MemoryContext, running: Any
) -> None:
    config = listen_with(max_size=400 * KB, max_unfinished=800 * KB, max_unfinished_per_peer=10**9)

    def work() -> None:
        unfinished = [Client(listener_address(config)) for _ in range(2)]
        for client in unfinished:
            half_mail(client, 300 * KB)
        wait_for_mail_answer(listener_address(config), 250 * KB, "452")
        late = Client(listener_address(config))
        late.open_mail()
        assert late.say(b"y" * (300 * KB) + b"\r\n.\r\n").startswith("452 4.3.1")
        late.open_mail()
        assert late.say(b"small\r\n.\r\n").startswith("250")
        for client in unfinished:
            assert client.say(b"\r\n.\r\n").startswith("250")
        late.open_mail()
        assert late.say(b"y" * (300 * KB) + b"\r\n.\r\n").startswith("250")
        for client in (*unfinished, late):
            client.close()

    async with running(config, context):
        await asyncio.to_thread(work)
    assert sorted(len(delivered.raw) for delivered in context.journal) == [7, 300 * KB + 2, 300 * KB + 2]


async def test_declared_size_over_the_budget_is_refused_before_the_data(
    listen_with: ListenWith, context: MemoryContext, running: Any
) -> None:
    config = listen_with(max_size=400 * KB, max_unfinished=1, max_unfinished_per_peer=1)

    def work(first: Client) -> None:
        half_mail(first, 300 * KB)
        wait_for_mail_answer(listener_address(config), 300 * KB, "452 4.3.1")
        first.close()
        wait_for_mail_answer(listener_address(config), 300 * KB, "250")

    async with running(config, context):
        await run_client(work, listener_address(config))


async def test_budget_of_one_peer_leaves_room_for_others(
    listen_with: ListenWith, context: MemoryContext, running: Any
) -> None:
    config = listen_with(max_size=100 * KB, max_unfinished_per_peer=100 * KB)
    host, port = listener_address(config)

    def work() -> None:
        greedy = Client((host, port))
        half_mail(greedy, 90 * KB)
        wait_for_mail_answer((host, port), 90 * KB, "452")
        same = Client((host, port))
        same.open_mail()
        assert same.say(b"x" * 90 * KB + b"\r\n.\r\n").startswith("452")
        other = Client((host, port), source="127.0.0.2")
        other.open_mail()
        assert other.say(b"x" * 90 * KB + b"\r\n.\r\n").startswith("250")
        for client in (greedy, same, other):
            client.close()

    async with running(config, context):
        await asyncio.to_thread(work)


async def test_connections_of_one_peer_leave_room_for_others(
    listen_with: ListenWith, context: MemoryContext, running: Any
) -> None:
    config = listen_with(max_connections_per_peer=3)
    host, port = listener_address(config)

    def work() -> None:
        held = [Client((host, port), source="127.0.0.2") for _ in range(3)]
        assert [client.greeting[:3] for client in held] == ["220"] * 3
        assert greeting((host, port), "127.0.0.2") == "421"
        assert greeting((host, port)) == "220"
        for client in held:
            client.close()
        wait_until(lambda: greeting((host, port), "127.0.0.2") == "220", what="closed connections do not count")

    async with running(config, context):
        await asyncio.to_thread(work)


async def test_users_of_a_unix_socket_have_limits_too(tmp_path: Path, context: MemoryContext, running: Any) -> None:
    path = tmp_path / "lmtp"
    config = EmailConfig(address=ADDRESS, listen=Listen(path=path, protocol="lmtp", max_connections_per_peer=2))

    def work() -> list[str]:
        clients = [Client(str(path)) for _ in range(3)]
        greetings = [client.greeting[:3] for client in clients]
        for client in clients:
            client.close()
        return greetings

    async with running(config, context):
        expected = ["220", "220", "421"]  # after the connection of the fixture has ended
        await asyncio.to_thread(lambda: wait_until(lambda: work() == expected, what="the third is refused"))


async def test_idle_connection_is_closed_and_a_slow_one_is_not(
    listen_with: ListenWith, context: MemoryContext, running: Any
) -> None:
    config = listen_with(idle=timedelta(seconds=3))

    def work() -> None:
        slow, idle = Client(listener_address(config)), Client(listener_address(config))
        slow.open_mail()
        idle.line.settimeout(0.05)
        sent = 0

        def idle_was_closed() -> bool:
            nonlocal sent
            slow.send(b"x")
            sent += 1
            with contextlib.suppress(TimeoutError):
                return idle.line.recv(3) == b"421"
            return False

        wait_until(idle_was_closed, what="the idle connection is closed")
        assert slow.say(b"\r\n.\r\n").startswith("250")
        assert context.journal[0].raw == b"x" * sent + b"\r\n"
        slow.close()
        idle.close()

    async with running(config, context):
        await asyncio.to_thread(work)


async def test_waiting_for_the_commit_is_not_idle(
    listen_with: ListenWith, context: MemoryContext, running: Any
) -> None:
    config = listen_with(idle=timedelta(seconds=1))

    def work() -> None:
        waiting, idle = Client(listener_address(config)), Client(listener_address(config))
        waiting.open_mail()
        context.hold()
        waiting.send(b"x\r\n.\r\n")
        for _ in range(2):  # two idle times
            assert idle.line.recv(3) == b"421"
            idle.close()
            idle = Client(listener_address(config))
        context.release()
        assert waiting.answer().startswith("250")
        waiting.close()
        idle.close()

    async with running(config, context):
        await asyncio.to_thread(work)


@pytest.mark.parametrize("limit", [{"max_connections": 0}, {"max_unfinished_per_peer": 0}])
def test_limit_of_zero_is_refused(limit: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="at least 1"):
        Listen(port=0, **limit)


async def test_large_mail_through_the_file_is_journalled_byte_for_byte(
    listen_with: ListenWith, context: MemoryContext, running: Any
) -> None:
    config = listen_with(max_size=8 * KB * KB)
    lines = [bytes([65 + n % 26]) * (n % 1500) for n in range(3000)]
    content = b"".join(b"." * (n % 4) + line + b"\r\n" for n, line in enumerate(lines))
    stuffed = b"".join(b"." + line if line.startswith(b".") else line for line in content.splitlines(keepends=True))

    def work(client: Client) -> str:
        client.open_mail()
        return client.say(stuffed + b".\r\n")

    async with running(config, context):
        assert (await run_client(work, listener_address(config))).startswith("250")
    assert context.journal[0].raw == content
