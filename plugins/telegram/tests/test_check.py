"""`channel test` says what is wrong with a bot, part by part."""

from __future__ import annotations

import pytest

from deskctl.plugins import Secret
from deskctl.testing.fakes import MemoryContext
from deskctl_telegram.channel import TelegramChannel
from deskctl_telegram.config import TelegramConfig, Webhook
from tests.servers.telegram import TOKEN, BotServer


async def checked(config: TelegramConfig) -> dict[str, tuple[bool, str, str]]:
    channel = TelegramChannel(config, MemoryContext("tg"))
    health = await channel.check()
    await channel.aclose()
    return {part.name: (part.ok, part.detail, part.hint) for part in health.parts}


async def test_a_sound_bot_says_its_name(config: TelegramConfig) -> None:
    found = await checked(config)
    assert found["bot"] == (True, "@desk_test_bot, Desk", "")
    assert found["polling"][0]


async def test_a_wrong_token_and_a_missing_one_are_told_apart(bots: BotServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_TOKEN", raising=False)
    wrong = await checked(TelegramConfig(token=Secret.of("1:wrong"), api=bots.url))
    assert "refuses the token" in wrong["bot"][1]
    missing = await checked(TelegramConfig(token=Secret.of({"env": "NO_SUCH_TOKEN"}), api=bots.url))
    assert "NO_SUCH_TOKEN is not set" in missing["token"][1]
    mangled = await checked(TelegramConfig(token=Secret.of("1:with space"), api=bots.url))
    assert "BotFather" in mangled["token"][2]


async def test_nobody_there_is_said(bots: BotServer, config: TelegramConfig) -> None:
    bots.close()
    assert "cannot be reached" in (await checked(config))["bot"][1]


async def test_a_webhook_in_the_way_of_polling_is_named(bots: BotServer, config: TelegramConfig) -> None:
    bots.webhook = {"url": "https://old.example.org/x"}
    found = await checked(config)
    assert not found["polling"][0]
    assert "https://old.example.org/x" in found["polling"][1]


async def test_a_webhook_that_nobody_set_or_hears_is_named(bots: BotServer) -> None:
    hook = Webhook(url="https://desk.example.org/tg", port=1)
    found = await checked(TelegramConfig(token=Secret.of(TOKEN), api=bots.url, webhook=hook))
    assert found["webhook"][:2] == (False, "Telegram has no webhook")
    assert found["listener"][:2] == (False, "nobody listens at 127.0.0.1:1")


async def test_a_server_that_does_not_know_of_webhooks_is_no_fault(bots: BotServer, config: TelegramConfig) -> None:
    bots.fail("getWebhookInfo", status=500, description="API method 'getWebhookInfo' is not supported.")
    assert (await checked(config))["polling"] == (True, "the server does not tell", "")
