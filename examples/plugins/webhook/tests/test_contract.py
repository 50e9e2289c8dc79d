"""The channel and the automation pass the contract tests of deskctl."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from deskctl.plugins.automation import Happening
from deskctl.testing.automating import MemoryChannel, MemoryPluginContext, happened, message_document, ticket_document
from deskctl.testing.contract import AutomationContract, ChannelContract
from deskctl.testing.fakes import MemoryContext
from webhook_peer import WebhookPeer

from deskctl_webhook import ALERTS, WEBHOOK
from deskctl_webhook.parse import RESOLVED


class TestWebhook(ChannelContract):
    channel_type = WEBHOOK
    samples = (
        b'{"from": "+8225550101", "text": "It burns.", "thread": "+8225550101"}',
        '{"type": "alert", "key": "db1/disk", "status": "firing", "subject": "디스크가 가득 찼습니다"}'.encode(),
    )
    retry_after = 7
    largest = 2_000_000

    def raw(self, text: str) -> bytes:
        return json.dumps({"from": "+8225550101", "text": text}).encode()

    @pytest.fixture
    def peer(self, unused_port: int) -> Iterator[WebhookPeer]:
        self.port = unused_port
        peer = WebhookPeer(unused_port)
        yield peer
        peer.close()

    async def at_work(self, context: MemoryContext) -> None:
        await context.wait_for(self.listens, "the listener accepts connections", self.seconds)

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class TestAlerts(AutomationContract):
    automation = ALERTS

    @pytest.fixture
    def happening(self) -> Happening:
        return happened("message_received", message=2, automatic=RESOLVED)

    @pytest.fixture
    def context(self) -> MemoryPluginContext:
        messages = [
            message_document(1, "FIRING", automatic="alert firing"),
            message_document(2, "", automatic=RESOLVED),
        ]
        ticket = ticket_document(1, channel="monitoring", messages=messages)
        return MemoryPluginContext(ticket, channels=[MemoryChannel("monitoring", "webhook")])
