"""Delivery of replies, and the meaning of each response."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from deskctl.plugins import Receipt, Rejected, Secret, TryLater, Uncertain
from deskctl.testing import builders
from deskctl.testing.fakes import MemoryContext
from webhook_peer import SECRET, Gateway

from deskctl_webhook import WEBHOOK, signature
from deskctl_webhook.config import WebhookConfig
from deskctl_webhook.delivery import encode_message, interpret_response, parse_retry_after

NOW = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    yield gateway
    gateway.close()


async def test_reply_is_signed_with_the_message_id(gateway: Gateway) -> None:
    channel = WEBHOOK.open(WebhookConfig(secret=Secret.of(SECRET), url=gateway.url), MemoryContext(clock=lambda: NOW))
    message = builders.outbound("네, 곧 갑니다.", message_id="<r1@desk>", to=("+8225550101",))

    await channel.send(message)

    [headers] = gateway.headers
    assert gateway.bodies[0]["to"] == ["+8225550101"]
    assert signature.verify(SECRET, headers, encode_message(message), NOW, timedelta(seconds=1)) == "r1@desk"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Receipt),
        (204, Receipt),
        (301, Rejected),
        (400, Rejected),
        (401, Rejected),
        (410, Rejected),
        (408, TryLater),
        (425, TryLater),
        (429, TryLater),
        (500, TryLater),
        (503, TryLater),
        (502, Uncertain),
        (504, Uncertain),
    ],
)
def test_status_is_interpreted(status: int, expected: type) -> None:
    try:
        found: object = interpret_response(status, None, "text\nof the server", NOW)
    except (Rejected, TryLater, Uncertain) as error:
        found = error
        assert "text of the server" in error.what
    assert type(found) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("Thu, 01 Jan 2026 09:01:00 GMT", 60.0),
        ("Thu, 01 Jan 2026 08:00:00 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, expected: float | None) -> None:
    assert parse_retry_after(header, NOW) == expected


async def test_unreachable_server_means_try_later(unused_port: int) -> None:
    context = MemoryContext()
    config = WebhookConfig(secret=Secret.of(SECRET), url=f"http://127.0.0.1:{unused_port}/")
    with pytest.raises(TryLater, match="cannot reach"):
        await WEBHOOK.open(config, context).send(builders.outbound())
    assert context.marked == []
