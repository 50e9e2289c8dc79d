"""Receiving of updates by long polling and by a webhook, with their files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from deskctl.plugins import Choice, IntentKind, Secret, Unavailable
from deskctl.testing.builders import outbound
from deskctl.testing.fakes import MemoryContext
from deskctl_telegram.channel import TelegramChannel
from deskctl_telegram.config import TelegramConfig, Webhook
from deskctl_telegram.parse import parse
from deskctl_telegram.webhook import ALL_BODIES_BYTES, BODY_BYTES, MAX_CONNECTIONS
from tests.servers.telegram import TOKEN, BotServer

Running = Callable[[TelegramConfig, MemoryContext], Any]
PHOTO = [{"file_id": "p1", "width": 9, "height": 9, "file_size": 4}]


UPDATE = b'{"update_id": 1, "message": {"message_id": 1, "chat": {"id": 4}, "from": {"id": 4}, "text": "x"}}'


def texts(context: MemoryContext) -> list[str]:
    return [parse(entry.raw, entry.envelope).text for entry in context.journal]


async def test_updates_are_journalled_once_and_confirmed(
    bots: BotServer, config: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    for number in range(250):
        bots.customer_writes(42, f"message {number}")
    async with running(config, context):
        await context.wait_for(lambda: bots.confirmed == 250, "all are confirmed")
    assert texts(context) == [f"message {number}" for number in range(250)]
    assert bots.handed_over == 250


async def test_unconfirmed_update_is_delivered_again_and_recognised(
    bots: BotServer, config: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    bots.customer_writes(42, "once")
    bots.fail("getUpdates", "cut", skip=1)
    channel = TelegramChannel(config, context)
    with pytest.raises(Unavailable):
        await channel.receive()
    await channel.aclose()
    assert texts(context) == ["once"]
    assert bots.confirmed == 0
    async with running(config, context):
        await context.wait_for(lambda: bots.confirmed == 1, "it is confirmed")
    assert bots.handed_over == 2
    assert texts(context) == ["once"]


async def test_file_is_downloaded_before_the_update_is_journalled(
    bots: BotServer, config: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    bots.add_file("p1", b"JPEG")
    bots.customer_writes(42, caption="여기", photo=PHOTO)
    async with running(config, context):
        await context.wait_for(lambda: bots.confirmed == 1, "it is confirmed")
    [entry] = context.journal
    [file] = parse(entry.raw, entry.envelope).files
    assert file.content == b"JPEG"


async def test_failed_download_is_retried(
    bots: BotServer, config: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    bots.add_file("p1", b"JPEG")
    bots.fail("file", "cut")
    bots.fail("getFile", status=500)
    bots.customer_writes(42, photo=PHOTO)
    async with running(config, context):
        await context.wait_for(lambda: bots.confirmed == 1, "it is confirmed")
    [entry] = context.journal
    assert parse(entry.raw, entry.envelope).files[0].content == b"JPEG"


async def test_large_or_missing_file_does_not_block_later_updates(
    bots: BotServer, config: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    bots.customer_writes(42, document={"file_id": "x", "file_name": "movie.mp4", "file_size": 900 * 1024 * 1024})
    bots.customer_writes(42, document={"file_id": "gone", "file_name": "lost.txt"})
    bots.customer_writes(43, "after them")
    async with running(config, context):
        await context.wait_for(lambda: bots.confirmed == 3, "all are confirmed")
    large, gone, after = texts(context)
    assert large == "[file]\n\n[movie.mp4: too large to download (900.0 MB)]"
    assert gone.startswith("[file]\n\n[lost.txt: download failed: Bad Request: wrong file_id")
    assert after == "after them"


async def test_file_larger_than_its_stated_size_is_left_out(
    bots: BotServer, context: MemoryContext, running: Running
) -> None:
    config = TelegramConfig(token=Secret.of(TOKEN), api=bots.url, max_file="1KB")
    bots.add_file("x", b"z" * 2000)
    bots.customer_writes(42, document={"file_id": "x", "file_name": "a.bin", "file_size": 10})
    async with running(config, context):
        await context.wait_for(lambda: bots.confirmed == 1, "it is confirmed")
    assert "[a.bin: download failed: the file is too large]" in texts(context)[0]


async def test_irrelevant_update_is_confirmed_but_not_journalled(
    bots: BotServer, config: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    bots.add_update(my_chat_member={"chat": {"id": 42}, "new_chat_member": {"status": "kicked"}})
    bots.add_update(message={"message_id": 1, "chat": {"id": 42}, "from": {"id": 42}, "pinned_message": {}})
    bots.customer_writes(42, "in a group", chat={"id": -5, "type": "group"})
    bots.customer_writes(42, "heard")
    async with running(config, context):
        await context.wait_for(lambda: bots.confirmed == 4, "all are confirmed")
    assert texts(context) == ["heard"]


async def test_pressed_button_is_journalled_and_answered(
    bots: BotServer, config: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    async with running(config, context) as channel:
        await channel.send(outbound("Did it help?", to=("42",), choices=(Choice("solved", "Yes"),)))
        bots.press_button(42, bots.sent[0], "choice:solved", "q7")
        await context.wait_for(lambda: bots.answered == ["q7"], "the button was answered")
    [entry] = context.journal
    picked = parse(entry.raw, entry.envelope)
    assert picked.intent is not None and picked.intent.kind is IntentKind.CHOICE
    assert picked.in_reply_to == (f"<42.{bots.sent[0].message_id}@777.telegram>",)


async def test_second_process_with_the_same_token_raises_an_alert(
    bots: BotServer, config: TelegramConfig, context: MemoryContext
) -> None:
    bots.fail("getUpdates", status=409, description="Conflict: terminated by other getUpdates request")
    channel = TelegramChannel(config, context)
    with pytest.raises(Unavailable, match="another process receives this bot's messages"):
        await channel.receive()
    await channel.aclose()
    assert "another process" in context.alerts[0][0]


async def test_rate_limited_polling_waits_and_continues(
    bots: BotServer, config: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    bots.fail("getUpdates", status=429, description="Too Many Requests: retry after 1", retry_after=1)
    bots.customer_writes(42, "patience")
    async with running(config, context):
        await context.wait_for(lambda: bots.confirmed == 1, "it is confirmed")
    assert texts(context) == ["patience"]


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook", "getUpdates", "setWebhook"])
async def test_rate_limited_call_is_repeated_after_the_wait(
    method: str,
    bots: BotServer,
    config: TelegramConfig,
    context: MemoryContext,
    running: Running,
    unused_tcp_port: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bots.fail(method, status=429, description="Too Many Requests: retry after 1", retry_after=1, times=2)
    bots.customer_writes(42, "patience")
    if method == "setWebhook":
        port = unused_tcp_port
        hook = Webhook(url=f"http://127.0.0.1:{port}/tg", port=port, secret=Secret.of("s3cret-word"))
        config = TelegramConfig(token=Secret.of(TOKEN), api=bots.url, webhook=hook)
    async with running(config, context):
        await context.wait_for(lambda: bots.confirmed == 1, "it is confirmed")
    assert texts(context) == ["patience"]
    first, second, third = [at for name, at in bots.requested if name == method][:3]
    assert min(second - first, third - second) >= 1
    assert caplog.text.count("Telegram limits the rate of requests: the next one follows in 1 s") == 2


async def test_polling_removes_the_webhook(
    bots: BotServer, config: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    bots.webhook = {"url": "https://old.example.org/"}
    async with running(config, context):
        await context.wait_for(lambda: not bots.webhook, "the webhook is gone")


@pytest.fixture
def hook(bots: BotServer, free_port: Callable[[], int]) -> TelegramConfig:
    port = free_port()
    webhook = Webhook(url=f"http://127.0.0.1:{port}/tg", port=port, secret=Secret.of("s3cret-word"))
    return TelegramConfig(token=Secret.of(TOKEN), api=bots.url, webhook=webhook)


async def _request(config: TelegramConfig, request: bytes) -> bytes:
    """Send a request to the listener and return the status line of the response."""
    assert config.webhook is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", config.webhook.port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    return answer


def _post(body: bytes, secret: str = "s3cret-word", *headers: str) -> bytes:
    lines = ("POST /tg HTTP/1.1", "Host: desk", f"X-Telegram-Bot-Api-Secret-Token: {secret}",
             f"Content-Length: {len(body)}", *headers)  # fmt: skip
    return "\r\n".join((*lines, "", "")).encode() + body


async def test_request_without_the_secret_is_rejected(
    bots: BotServer, hook: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    async with running(hook, context):
        await context.wait_for(lambda: bots.webhook, "the webhook is set")
        assert b" 401 " in await _request(hook, _post(UPDATE, "wrong"))
        bare = b"POST /tg HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(UPDATE), UPDATE)
        assert b" 401 " in await _request(hook, bare)
        assert context.journal == []
        assert b" 200 " in await _request(hook, _post(UPDATE))
    assert texts(context) == ["x"]


async def test_malformed_request_is_rejected(
    bots: BotServer, hook: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    async with running(hook, context):
        await context.wait_for(lambda: bots.webhook, "the webhook is set")
        assert b" 405 " in await _request(hook, b"GET / HTTP/1.1\r\n\r\n")
        assert b" 400 " in await _request(hook, b"nonsense\r\n\r\n")
        assert b" 400 " in await _request(hook, _post(b"[1]"))
        assert b" 400 " in await _request(hook, _post(b"{}", "s3cret-word", "Content-Length: 5"))
        assert b" 413 " in await _request(hook, _post(b"").replace(b"Content-Length: 0", b"Content-Length: 99999999"))
        assert b" 411 " in await _request(hook, _post(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked"))
        assert b" 431 " in await _request(hook, b"POST / HTTP/1.1\r\n" + b"a: b\r\n" * 5000)
        assert b" 200 " in await _request(hook, _post(b"{}"))


async def test_store_failure_answers_503(
    bots: BotServer, hook: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    async with running(hook, context):
        await context.wait_for(lambda: bots.webhook, "the webhook is set")
        context.refuse = True
        assert b" 503 " in await _request(hook, _post(UPDATE))


async def test_strangers_cannot_keep_telegram_out(
    bots: BotServer, hook: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    assert hook.webhook is not None
    async with running(hook, context):
        await context.wait_for(lambda: bots.webhook, "the webhook is set")
        strangers = [await asyncio.open_connection("127.0.0.1", hook.webhook.port) for _ in range(MAX_CONNECTIONS + 20)]
        assert b" 200 " in await _request(hook, _post(UPDATE))
        assert await asyncio.wait_for(strangers[0][0].read(), 10) == b""  # the oldest was closed
        for _, writer in strangers:
            writer.close()


async def test_bodies_of_all_requests_together_are_limited(
    bots: BotServer, hook: TelegramConfig, context: MemoryContext, running: Running
) -> None:
    assert hook.webhook is not None
    async with running(hook, context):
        await context.wait_for(lambda: bots.webhook, "the webhook is set")
        head = _post(b"").replace(b"Content-Length: 0", b"Content-Length: %d" % BODY_BYTES)
        unfinished = []
        for _ in range(ALL_BODIES_BYTES // BODY_BYTES):
            _, writer = await asyncio.open_connection("127.0.0.1", hook.webhook.port)
            writer.write(head)
            unfinished.append(writer)

        async def status_of_small_request() -> bytes:
            return await _request(hook, _post(UPDATE))

        while b" 503 " not in await status_of_small_request():
            pass
        unfinished.pop().close()
        while b" 200 " not in await status_of_small_request():
            pass
        for writer in unfinished:
            writer.close()


async def test_unix_socket_is_accessible_to_owner_and_group_only(
    bots: BotServer, context: MemoryContext, running: Running, tmp_path: Any
) -> None:
    path = tmp_path / "tg.sock"
    hook = Webhook(url="https://desk.example.org/tg", path=path)
    async with running(TelegramConfig(token=Secret.of(TOKEN), api=bots.url, webhook=hook), context):
        await context.wait_for(lambda: bots.webhook, "the webhook is set")
        assert path.stat().st_mode & 0o777 == 0o660
        assert len(bots.webhook["secret_token"]) >= 32
    assert not path.exists()
    assert bots.webhook, "Telegram keeps new updates only while the webhook is set"
