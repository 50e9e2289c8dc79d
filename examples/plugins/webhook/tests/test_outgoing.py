"""What the answers of the other side mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from deskctl.plugins import Receipt, Rejected, Secret, TryLater, Uncertain
from deskctl.testing import builders
from deskctl.testing.fakes import MemoryContext
from webhook_other_side import SECRET, Gateway

from deskctl_webhook import WEBHOOK, signature
from deskctl_webhook.config import WebhookConfig
from deskctl_webhook.outgoing import encoded, judged, seconds

NOW = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    yield made
    made.close()


async def test_a_reply_is_signed_and_its_id_is_that_of_the_message(gateway: Gateway) -> None:
    channel = WEBHOOK.open(WebhookConfig(secret=Secret.of(SECRET), url=gateway.url), MemoryContext(clock=lambda: NOW))
    message = builders.outbound("네, 곧 갑니다.", message_id="<r1@desk>", to=("+8225550101",))

    await channel.send(message)

    [headers] = gateway.headers
    assert gateway.bodies[0]["to"] == ["+8225550101"]
    assert signature.verify(SECRET, headers, encoded(message), NOW, timedelta(seconds=1)) == "r1@desk"


@pytest.mark.parametrize(
    ("status", "meaning"),
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
def test_each_status_means_one_thing(status: int, meaning: type) -> None:
    try:
        found: object = judged(status, None, "words\nof the other side", NOW)
    except (Rejected, TryLater, Uncertain) as error:
        found = error
        assert "words of the other side" in error.what
    assert type(found) is meaning


@pytest.mark.parametrize(
    ("header", "wanted"),
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
def test_retry_after_is_seconds_or_a_date(header: str | None, wanted: float | None) -> None:
    assert seconds(header, NOW) == wanted


async def test_nobody_there_is_try_later_and_nothing_was_marked(unused_port: int) -> None:
    context = MemoryContext()
    config = WebhookConfig(secret=Secret.of(SECRET), url=f"http://127.0.0.1:{unused_port}/")
    with pytest.raises(TryLater, match="cannot be reached"):
        await WEBHOOK.open(config, context).send(builders.outbound())
    assert context.marked == []
