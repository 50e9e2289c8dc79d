"""The channel contract for Telegram, with polling and with a webhook."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from deskctl.plugins import Secret
from deskctl.testing.contract import ChannelContract, Fault
from deskctl.testing.contract.ending import EndContract
from deskctl.testing.contract.receiving import ReceiveContract
from deskctl.testing.fakes import MemoryContext
from deskctl_telegram import deskctl_channels
from deskctl_telegram.config import TelegramConfig, Webhook
from tests.servers.telegram import TOKEN, BotServer
from tests.servers.waiting import answers

[TELEGRAM] = deskctl_channels()


def update(number: int, text: str) -> bytes:
    """Return an update with a text message."""
    message = {
        "message_id": number,
        "date": 1772442000,
        "chat": {"id": 42, "type": "private", "first_name": "Ana"},
        "from": {"id": 42, "is_bot": False, "first_name": "Ana"},
        "text": text,
    }
    return json.dumps({"update_id": number, "message": message}).encode()


class Telegram:
    """Telegram's side of the contract. It keeps the content of each offered update but assigns the update id."""

    def __init__(self, server: BotServer, config: TelegramConfig) -> None:
        self.server = server
        self.config = config

    def put(self, raw: bytes) -> None:
        offered = json.loads(raw)
        self.server.add_update(**{kind: said for kind, said in offered.items() if kind != "update_id"})

    def acknowledged(self) -> int:
        return self.server.confirmed

    def received(self) -> list[str]:
        return [sent.text for sent in self.server.sent]

    def fail(self, fault: Fault) -> None:
        if fault == "refuses":
            self.server.fail("sendMessage", status=403, description="Forbidden: bot was blocked by the user")
        elif fault == "is busy":
            self.server.fail("sendMessage", status=429, description="Too Many Requests: retry after 7", retry_after=7)
        else:
            self.server.fail("sendMessage", "lose")


class TestPolling(ChannelContract):
    channel_type = TELEGRAM
    samples = (update(1, "It burns."), update(2, "프린터에서 연기가 나요 🔥"))
    recipient = "42"
    retry_after = 7

    numbers = iter(range(100, 10_000))

    def raw(self, text: str) -> bytes:
        return update(next(self.numbers), text)

    @pytest.fixture
    def peer(self, bots: BotServer) -> Telegram:
        return Telegram(bots, TelegramConfig(token=Secret.of(TOKEN), api=bots.url))


class TestWebhook(ReceiveContract, EndContract):
    """The receiving half of the contract; parsing and sending do not depend on the way of receiving."""

    channel_type = TELEGRAM
    samples = TestPolling.samples
    numbers = iter(range(100, 10_000))
    raw = TestPolling.raw

    @pytest.fixture
    def peer(self, bots: BotServer, free_port: Callable[[], int]) -> Iterator[Telegram]:
        self.port = free_port()
        hook = Webhook(url=f"http://127.0.0.1:{self.port}/tg", port=self.port)
        yield Telegram(bots, TelegramConfig(token=Secret.of(TOKEN), api=bots.url, webhook=hook))
        bots.close()

    async def at_work(self, context: MemoryContext) -> None:
        await context.wait_for(lambda: answers(self.port), "the listener accepts connections")
