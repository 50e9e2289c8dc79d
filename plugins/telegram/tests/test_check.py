"""Checks of a bot by `deskctl channel test`."""

from __future__ import annotations

import pytest

from deskctl.plugins import Secret
from deskctl.testing.fakes import MemoryContext
from deskctl_telegram.channel import TelegramChannel
from deskctl_telegram.config import TelegramConfig, Webhook
from tests.servers.telegram import TOKEN, BotServer


async def run_check(config: TelegramConfig) -> dict[str, tuple[bool, str, str]]:
    channel = TelegramChannel(config, MemoryContext("tg"))
    health = await channel.check()
    await channel.aclose()
    return {part.name: (part.ok, part.detail, part.hint) for part in health.parts}


async def test_check_of_working_bot_shows_its_name(config: TelegramConfig) -> None:
    found = await run_check(config)
    assert found["bot"] == (True, "@desk_test_bot, Desk", "")
    assert found["polling"][0]


async def test_check_distinguishes_wrong_missing_and_malformed_tokens(
    bots: BotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_TOKEN", raising=False)
    wrong = await run_check(TelegramConfig(token=Secret.of("1:wrong"), api=bots.url))
    assert "refuses the token" in wrong["bot"][1]
    missing = await run_check(TelegramConfig(token=Secret.of({"env": "NO_SUCH_TOKEN"}), api=bots.url))
    assert "NO_SUCH_TOKEN is not set" in missing["token"][1]
    malformed = await run_check(TelegramConfig(token=Secret.of("1:with space"), api=bots.url))
    assert "BotFather" in malformed["token"][2]


async def test_check_reports_unreachable_server(bots: BotServer, config: TelegramConfig) -> None:
    bots.close()
    assert "cannot reach" in (await run_check(config))["bot"][1]


async def test_check_reports_webhook_that_blocks_polling(bots: BotServer, config: TelegramConfig) -> None:
    bots.webhook = {"url": "https://old.example.org/x"}
    found = await run_check(config)
    assert not found["polling"][0]
    assert "https://old.example.org/x" in found["polling"][1]


async def test_check_reports_missing_webhook_and_listener(bots: BotServer) -> None:
    hook = Webhook(url="https://desk.example.org/tg", port=1)
    found = await run_check(TelegramConfig(token=Secret.of(TOKEN), api=bots.url, webhook=hook))
    assert found["webhook"][:2] == (False, "no webhook is set at Telegram")
    assert found["listener"][:2] == (False, "no program listens at 127.0.0.1:1")


async def test_check_accepts_server_without_webhook_methods(bots: BotServer, config: TelegramConfig) -> None:
    bots.fail("getWebhookInfo", status=500, description="API method 'getWebhookInfo' is not supported.")
    assert (await run_check(config))["polling"] == (True, "the server does not report its webhook", "")


@pytest.mark.parametrize(("method", "part"), [("getMe", "bot"), ("getWebhookInfo", "polling")])
async def test_check_shows_the_wait_that_telegram_asks_for(
    bots: BotServer, config: TelegramConfig, method: str, part: str
) -> None:
    bots.fail(method, status=429, description="Too Many Requests: retry after 33", retry_after=33)
    ok, detail, hint = (await run_check(config))[part]
    assert not ok
    assert "Too Many Requests" in detail
    assert hint == "Try again in 33 s."
