"""What leaves for Telegram, and what each failure is told as."""

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


async def test_plain_text_stays_plain(bots: BotServer, channel: TelegramChannel) -> None:
    text = "<b>not bold</b> *nor this* _nor_ [this](http://a.b) & `that` 안녕 😀"
    await channel.send(outbound(text, to=("42",)))
    [sent] = bots.sent
    assert sent.params == {"chat_id": "42", "text": text}


async def test_what_telegram_calls_the_parts_is_told(bots: BotServer, channel: TelegramChannel) -> None:
    """An answer to one of them names it so."""
    receipt = await channel.send(outbound("word " * 1000, to=("42",)))
    assert receipt.ids == tuple(f"<42.{sent.message_id}@777.telegram>" for sent in bots.sent)
    assert len(receipt.ids) == 2


async def test_it_answers_the_customers_message_where_it_still_can(bots: BotServer, channel: TelegramChannel) -> None:
    await channel.send(outbound(to=("42",), in_reply_to="<42.7@777.telegram>"))
    [sent] = bots.sent
    assert json.loads(sent.params["reply_parameters"]) == {"message_id": 7, "allow_sending_without_reply": True}


@pytest.mark.parametrize("forged", ["<99.7@777.telegram>", "<a.b@example.org>", "<-100.7@telegram>"])
async def test_an_id_of_another_chat_changes_nothing(bots: BotServer, channel: TelegramChannel, forged: str) -> None:
    await channel.send(outbound(to=("42",), in_reply_to=forged))
    [sent] = bots.sent
    assert sent.params["chat_id"] == "42"
    assert "reply_parameters" not in sent.params


async def test_a_group_is_answered_in_the_group(bots: BotServer, channel: TelegramChannel) -> None:
    headers = {"telegram-chat": "-100", "telegram-thread": "3"}
    await channel.send(outbound(to=("42",), headers=headers, in_reply_to="<-100.7@777.telegram>"))
    [sent] = bots.sent
    assert (sent.params["chat_id"], sent.params["message_thread_id"]) == ("-100", "3")
    assert json.loads(sent.params["reply_parameters"])["message_id"] == 7


async def test_choices_are_buttons_under_the_last_words(bots: BotServer, channel: TelegramChannel) -> None:
    choices = (Choice("solved", "해결됐어요"), Choice("person", "I need a person"))
    await channel.send(outbound("word " * 1000, to=("42",), choices=choices))
    first, last = bots.sent
    assert "reply_markup" not in first.params
    keyboard = json.loads(last.params["reply_markup"])["inline_keyboard"]
    assert keyboard == [
        [{"text": "해결됐어요", "callback_data": "choice:solved"}],
        [{"text": "I need a person", "callback_data": "choice:person"}],
    ]


async def test_a_machine_says_that_it_is_one(bots: BotServer, channel: TelegramChannel) -> None:
    await channel.send(outbound("We have it.", to=("42",), automatic=True))
    assert bots.sent[0].text == "🤖 We have it."


async def test_files_follow_the_words(bots: BotServer, context: MemoryContext, channel: TelegramChannel) -> None:
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


async def test_a_picture_that_telegram_cannot_show_goes_as_a_file(
    bots: BotServer, context: MemoryContext, channel: TelegramChannel
) -> None:
    await channel.send(outbound("", to=("42",), files=(context.add_file(b"no picture", "a.png", "image/png"),)))
    assert [(s.method, s.filename) for s in bots.sent] == [("sendDocument", "a.png")]


async def test_what_is_too_large_is_refused_before_anything_leaves(bots: BotServer, context: MemoryContext) -> None:
    public = TelegramChannel(TelegramConfig(token=Secret.of(TOKEN)), context)
    large = context.add_file(b"x" * (50 * 1024 * 1024 + 1), "backup.zip")
    with pytest.raises(Rejected, match=r"backup\.zip is larger than 50 MB"):
        await public.send(outbound(to=("42",), files=(large,)))
    assert bots.calls == []
    assert context.marked == []
    await public.aclose()


@pytest.mark.parametrize("to", ["ana@example.org", "", "@someone"])
async def test_who_is_nobody_on_telegram_is_said(channel: TelegramChannel, to: str) -> None:
    with pytest.raises(Rejected, match="nobody's chat on Telegram"):
        await channel.send(outbound(to=(to,) if to else ()))


async def test_a_flood_is_waited_for_as_long_as_telegram_says(bots: BotServer, channel: TelegramChannel) -> None:
    bots.fail("sendMessage", status=429, description="Too Many Requests: retry after 33", retry_after=33)
    with pytest.raises(TryLater) as caught:
        await channel.send(outbound(to=("42",)))
    assert caught.value.retry_after == 33


async def test_who_blocked_the_bot_is_not_written_to_again(bots: BotServer, channel: TelegramChannel) -> None:
    bots.blocked.add(42)
    with pytest.raises(Rejected, match="the customer has blocked the bot"):
        await channel.send(outbound(to=("42",)))


async def test_a_chat_that_the_bot_does_not_know_is_said(bots: BotServer, channel: TelegramChannel) -> None:
    bots.unknown.add(42)
    with pytest.raises(Rejected, match="knows no such chat"):
        await channel.send(outbound(to=("42",)))


async def test_a_server_in_trouble_is_tried_later_and_an_answer_that_never_came_is_not(
    bots: BotServer, channel: TelegramChannel
) -> None:
    bots.fail("sendMessage", status=500)
    with pytest.raises(TryLater):
        await channel.send(outbound(to=("42",)))
    bots.fail("sendMessage", "lose")
    with pytest.raises(Uncertain):
        await channel.send(outbound(to=("42",)))
    assert len(bots.sent) == 1


async def test_nobody_there_means_that_nothing_left(
    config: TelegramConfig, context: MemoryContext, bots: BotServer
) -> None:
    bots.close()
    channel = TelegramChannel(config, context)
    with pytest.raises(TryLater, match="cannot be reached"):
        await channel.send(outbound(to=("42",)))


async def test_a_group_that_got_another_number_is_followed(bots: BotServer, channel: TelegramChannel) -> None:
    bots.fail("sendMessage", status=400, description="group chat was upgraded", migrate_to_chat_id=-1009)
    await channel.send(outbound(to=("42",), headers={"telegram-chat": "-9"}))
    assert [sent.params["chat_id"] for sent in bots.sent] == ["-1009"]


async def test_parts_that_arrived_are_not_sent_again(
    bots: BotServer, config: TelegramConfig, context: MemoryContext, channel: TelegramChannel
) -> None:
    """Also by another process: what arrived is remembered by the desk."""
    message = outbound("word " * 2000, to=("42",))
    bots.fail("sendMessage", status=429, description="Too Many Requests", retry_after=1, skip=1)
    with pytest.raises(TryLater, match="1 of 3 parts arrived before"):
        await channel.send(message)
    again = TelegramChannel(config, context)
    await again.send(message)
    await again.aclose()
    assert [sent.text[:5] for sent in bots.sent] == ["(1/3)", "(2/3)", "(3/3)"]
    assert context.load_state() == {"arrived": {}}


async def test_when_the_rest_is_lost_a_person_hears_how_much_arrived(bots: BotServer, channel: TelegramChannel) -> None:
    bots.fail("sendMessage", "lose", skip=1)
    with pytest.raises(Uncertain, match="1 of 3 parts arrived before"):
        await channel.send(outbound("word " * 2000, to=("42",)))


async def test_a_wrong_token_keeps_the_message_and_tells_people(bots: BotServer, context: MemoryContext) -> None:
    channel = TelegramChannel(TelegramConfig(token=Secret.of("777:WRONG"), api=bots.url), context)
    with pytest.raises(TryLater, match="refuses the token"):
        await channel.send(outbound(to=("42",)))
    with pytest.raises(AuthFailed):
        await channel.receive()
    assert context.alerts
    await channel.aclose()


async def test_the_token_is_never_shown(
    bots: BotServer, context: MemoryContext, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    """httpx tells every address at INFO, and Telegram's addresses hold the token."""
    caplog.set_level(logging.DEBUG)
    said = []
    for fault, status in (("cut", 0), ("lose", 0), ("answer", 404), ("answer", 502)):
        bots.fail("sendMessage", fault, status, f"Not Found: /bot{TOKEN}/sendMessage")  # type: ignore[arg-type]
        with pytest.raises((TryLater, Uncertain)) as caught:
            await channel.send(outbound(to=("42",)))
        said.append(f"{caught.value!r} {caught.value.__cause__!r} {caught.value}")
    await channel.send(outbound(to=("42",)))
    await channel.check()
    said += [repr(channel), repr(channel._api), repr(channel._config), repr(context.alerts), caplog.text]
    assert "SECRET" not in " ".join(said)


async def test_two_messages_to_one_chat_arrive_in_their_order(bots: BotServer, channel: TelegramChannel) -> None:
    first, second = outbound("first " * 1500, to=("42",)), outbound("second", to=("42",), outbox_id=2)
    await asyncio.gather(channel.send(first), channel.send(second))
    assert bots.sent[-1].text == "second"
