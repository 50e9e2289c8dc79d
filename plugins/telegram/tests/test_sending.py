"""Delivery of messages to Telegram, and the error for each failure."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest

from deskctl.plugins import AuthFailed, Choice, Rejected, Secret, TryLater, Uncertain
from deskctl.testing.builders import outbound
from deskctl.testing.fakes import MemoryContext
from deskctl_telegram.channel import TelegramChannel
from deskctl_telegram.config import TelegramConfig
from tests.servers.telegram import TOKEN, BotServer

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20


@pytest.fixture
async def channel(config: TelegramConfig, context: MemoryContext) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(config, context)
    yield channel
    await channel.aclose()


async def test_text_is_sent_without_markup(bots: BotServer, channel: TelegramChannel) -> None:
    text = "<b>not bold</b> *nor this* _nor_ [this](http://a.b) & `that` 안녕 😀"
    await channel.send(outbound(text, to=("42",)))
    [sent] = bots.sent
    assert sent.params == {"chat_id": "42", "text": text}


async def test_receipt_contains_the_ids_of_all_parts(bots: BotServer, channel: TelegramChannel) -> None:
    """A customer's reply refers to one of these ids."""
    receipt = await channel.send(outbound("word " * 1000, to=("42",)))
    assert receipt.ids == tuple(f"<42.{sent.message_id}@777.telegram>" for sent in bots.sent)
    assert len(receipt.ids) == 2


async def test_message_is_sent_as_a_reply_to_the_customers_message(bots: BotServer, channel: TelegramChannel) -> None:
    await channel.send(outbound(to=("42",), in_reply_to="<42.7@777.telegram>"))
    [sent] = bots.sent
    assert json.loads(sent.params["reply_parameters"]) == {"message_id": 7, "allow_sending_without_reply": True}


@pytest.mark.parametrize("forged", ["<99.7@777.telegram>", "<a.b@example.org>", "<-100.7@telegram>"])
async def test_message_id_of_another_chat_is_ignored(bots: BotServer, channel: TelegramChannel, forged: str) -> None:
    await channel.send(outbound(to=("42",), in_reply_to=forged))
    [sent] = bots.sent
    assert sent.params["chat_id"] == "42"
    assert "reply_parameters" not in sent.params


async def test_reply_to_group_message_is_sent_to_the_group(bots: BotServer, channel: TelegramChannel) -> None:
    headers = {"telegram-chat": "-100", "telegram-thread": "3"}
    await channel.send(outbound(to=("42",), headers=headers, in_reply_to="<-100.7@777.telegram>"))
    [sent] = bots.sent
    assert (sent.params["chat_id"], sent.params["message_thread_id"]) == ("-100", "3")
    assert json.loads(sent.params["reply_parameters"])["message_id"] == 7


async def test_choices_are_buttons_under_the_last_part(bots: BotServer, channel: TelegramChannel) -> None:
    choices = (Choice("solved", "해결됐어요"), Choice("person", "I need a person"))
    await channel.send(outbound("word " * 1000, to=("42",), choices=choices))
    first, last = bots.sent
    assert "reply_markup" not in first.params
    keyboard = json.loads(last.params["reply_markup"])["inline_keyboard"]
    assert keyboard == [
        [{"text": "해결됐어요", "callback_data": "choice:solved"}],
        [{"text": "I need a person", "callback_data": "choice:person"}],
    ]


async def test_automatic_message_has_a_prefix(bots: BotServer, channel: TelegramChannel) -> None:
    await channel.send(outbound("We have it.", to=("42",), automatic=True))
    assert bots.sent[0].text == "🤖 We have it."


async def test_files_are_sent_after_the_text(bots: BotServer, context: MemoryContext, channel: TelegramChannel) -> None:
    files = (
        context.add_file(PNG, "스크린샷.png", "image/png"),
        context.add_file(b"%PDF", "invoice.pdf", "application/pdf"),
    )
    await channel.send(outbound("Here:", to=("42",), files=files))
    assert [(s.method, s.filename, s.content) for s in bots.sent] == [
        ("sendMessage", None, b""),
        ("sendPhoto", "스크린샷.png", PNG),
        ("sendDocument", "invoice.pdf", b"%PDF"),
    ]


async def test_refused_photo_is_sent_as_a_file(
    bots: BotServer, context: MemoryContext, channel: TelegramChannel
) -> None:
    await channel.send(outbound("", to=("42",), files=(context.add_file(b"no picture", "a.png", "image/png"),)))
    assert [(s.method, s.filename) for s in bots.sent] == [("sendDocument", "a.png")]


async def test_large_file_is_rejected_before_any_call(bots: BotServer, context: MemoryContext) -> None:
    public = TelegramChannel(TelegramConfig(token=Secret.of(TOKEN)), context)
    large = context.add_file(b"x" * (50 * 1024 * 1024 + 1), "backup.zip")
    with pytest.raises(Rejected, match=r"backup\.zip is larger than 50 MB"):
        await public.send(outbound(to=("42",), files=(large,)))
    assert bots.calls == []
    assert context.marked == []
    await public.aclose()


@pytest.mark.parametrize("to", ["ana@example.org", "", "@someone"])
async def test_invalid_chat_id_is_rejected(channel: TelegramChannel, to: str) -> None:
    with pytest.raises(Rejected, match="not a Telegram chat id"):
        await channel.send(outbound(to=(to,) if to else ()))


async def test_rate_limit_defers_the_message_by_retry_after(bots: BotServer, channel: TelegramChannel) -> None:
    bots.fail("sendMessage", status=429, description="Too Many Requests: retry after 33", retry_after=33)
    with pytest.raises(TryLater) as caught:
        await channel.send(outbound(to=("42",)))
    assert caught.value.retry_after == 33


async def test_blocked_bot_rejects_the_message(bots: BotServer, channel: TelegramChannel) -> None:
    bots.blocked.add(42)
    with pytest.raises(Rejected, match="the customer has blocked the bot"):
        await channel.send(outbound(to=("42",)))


async def test_unknown_chat_rejects_the_message(bots: BotServer, channel: TelegramChannel) -> None:
    bots.unknown.add(42)
    with pytest.raises(Rejected, match="no such chat"):
        await channel.send(outbound(to=("42",)))


async def test_server_error_is_retried_and_lost_response_is_uncertain(
    bots: BotServer, channel: TelegramChannel
) -> None:
    bots.fail("sendMessage", status=500)
    with pytest.raises(TryLater):
        await channel.send(outbound(to=("42",)))
    bots.fail("sendMessage", "lose")
    with pytest.raises(Uncertain):
        await channel.send(outbound(to=("42",)))
    assert len(bots.sent) == 1


async def test_unreachable_server_means_try_later(
    config: TelegramConfig, context: MemoryContext, bots: BotServer
) -> None:
    bots.close()
    channel = TelegramChannel(config, context)
    with pytest.raises(TryLater, match="cannot reach"):
        await channel.send(outbound(to=("42",)))


async def test_group_with_new_chat_id_is_followed(bots: BotServer, channel: TelegramChannel) -> None:
    bots.fail("sendMessage", status=400, description="group chat was upgraded", migrate_to_chat_id=-1009)
    await channel.send(outbound(to=("42",), headers={"telegram-chat": "-9"}))
    assert [sent.params["chat_id"] for sent in bots.sent] == ["-1009"]


async def test_delivered_parts_are_not_sent_again(
    bots: BotServer, config: TelegramConfig, context: MemoryContext, channel: TelegramChannel
) -> None:
    """A second process does not repeat them either, because the desk stores the delivered parts."""
    message = outbound("word " * 2000, to=("42",))
    bots.fail("sendMessage", status=429, description="Too Many Requests", retry_after=1, skip=1)
    with pytest.raises(TryLater, match="1 of 3 parts were delivered"):
        await channel.send(message)
    second = TelegramChannel(config, context)
    await second.send(message)
    await second.aclose()
    assert [sent.text[:5] for sent in bots.sent] == ["(1/3)", "(2/3)", "(3/3)"]
    assert context.load_state() == {"arrived": {}}


async def test_uncertain_delivery_reports_the_delivered_parts(bots: BotServer, channel: TelegramChannel) -> None:
    bots.fail("sendMessage", "lose", skip=1)
    with pytest.raises(Uncertain, match="1 of 3 parts were delivered"):
        await channel.send(outbound("word " * 2000, to=("42",)))


async def test_wrong_token_defers_the_message_and_raises_an_alert(bots: BotServer, context: MemoryContext) -> None:
    channel = TelegramChannel(TelegramConfig(token=Secret.of("777:WRONG"), api=bots.url), context)
    with pytest.raises(TryLater, match="refuses the token"):
        await channel.send(outbound(to=("42",)))
    with pytest.raises(AuthFailed):
        await channel.receive()
    assert context.alerts
    await channel.aclose()


async def test_token_is_never_shown(
    bots: BotServer, context: MemoryContext, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    """httpx logs every URL at INFO, and Telegram's URLs contain the token."""
    caplog.set_level(logging.DEBUG)
    output = []
    for fault, status in (("cut", 0), ("lose", 0), ("answer", 404), ("answer", 502)):
        bots.fail("sendMessage", fault, status, f"Not Found: /bot{TOKEN}/sendMessage")  # type: ignore[arg-type]
        with pytest.raises((TryLater, Uncertain)) as caught:
            await channel.send(outbound(to=("42",)))
        output.append(f"{caught.value!r} {caught.value.__cause__!r} {caught.value}")
    await channel.send(outbound(to=("42",)))
    await channel.check()
    output += [repr(channel), repr(channel._api), repr(channel._config), repr(context.alerts), caplog.text]
    assert "SECRET" not in " ".join(output)


async def test_messages_to_one_chat_keep_their_order(bots: BotServer, channel: TelegramChannel) -> None:
    first, second = outbound("first " * 1500, to=("42",)), outbound("second", to=("42",), outbox_id=2)
    await asyncio.gather(channel.send(first), channel.send(second))
    assert bots.sent[-1].text == "second"
