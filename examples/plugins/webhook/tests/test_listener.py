"""The listener: accepted requests, and the errors for all others."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from deskctl.plugins import Secret
from deskctl.testing.fakes import MemoryContext
from webhook_peer import SECRET, post

from deskctl_webhook import WEBHOOK, signature
from deskctl_webhook.config import Listen, WebhookConfig

BODY = b'{"from": "+8225550101", "text": "It burns."}'
NOW = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=5)


@contextlib.asynccontextmanager
async def listening(port: int, context: MemoryContext) -> AsyncIterator[None]:
    config = WebhookConfig(
        secret=Secret.of(SECRET),
        listen=Listen(port=port),
        path="/in",
        max_size=1_000,
        timeout=timedelta(seconds=1),
    )
    channel = WEBHOOK.open(config, context)
    task = asyncio.ensure_future(channel.receive())

    async def answers() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    while not await answers():
        assert not task.done(), task.exception()
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_invalid_request_is_answered_with_the_reason(unused_port: int) -> None:
    context = MemoryContext()
    later = str(int(time.time()) + 301)
    async with listening(unused_port, context):

        async def post_invalid(body: bytes = BODY, path: str = "/in", **headers: str) -> tuple[int, str]:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            status, answer = await asyncio.to_thread(post, unused_port, body, path=path, headers=named)
            return status, answer["error"]

        assert await post_invalid(webhook_signature="v1,AAAA") == (
            401,
            "webhook-signature does not match the secret and the body",
        )
        assert await post_invalid(webhook_timestamp=later) == (401, "webhook-timestamp is more than 300 seconds off")
        assert await post_invalid(webhook_id="") == (401, "missing header: webhook-id")
        assert await post_invalid(path="/") == (404, "no such path; post messages to /in")
        assert await post_invalid(b"x" * 1_001) == (413, "1001 bytes exceed the limit of 1000")
        assert await post_invalid(b"{") == (400, "the body is not JSON")
        assert await post_invalid(b'{"text": "x"}') == (400, "missing text: from")
        assert await post_invalid(b'{"type": "alert", "key": "k", "subject": "s"}') == (
            400,
            'invalid status; an alert has "firing" or "resolved"',
        )
    assert context.attempts == []


@pytest.mark.parametrize(
    "stamp",
    ["0", "1", "253402300800", "999999999999", "9" * 13, "9" * 5000, "-1", "1e9", "nan", "inf", "٣", " ", "0x10"],
)
async def test_invalid_timestamp_is_rejected(unused_port: int, stamp: str) -> None:
    context = MemoryContext()
    async with listening(unused_port, context):
        headers = {"webhook-timestamp": stamp.encode().decode("latin-1")}
        status, answer = await asyncio.to_thread(post, unused_port, BODY, path="/in", headers=headers)
        assert status == 401, answer
        assert "webhook-timestamp" in answer["error"]
        assert (await asyncio.to_thread(post, unused_port, BODY, path="/in"))[0] == 202
    assert not context.attempts[1:]


async def test_store_failure_is_answered_with_503(unused_port: int) -> None:
    context = MemoryContext()
    async with listening(unused_port, context):
        context.refuse = True
        assert (await asyncio.to_thread(post, unused_port, BODY, path="/in"))[0] == 503
        context.refuse = False
        assert await asyncio.to_thread(post, unused_port, BODY, path="/in") == (202, {"accepted": "msg_1"})
        assert (await asyncio.to_thread(post, unused_port, BODY, path="/in"))[0] == 202
    assert len(context.journal) == 1, "a repeated id is the same message"


async def test_slow_client_is_disconnected(unused_port: int) -> None:
    async with listening(unused_port, MemoryContext()):
        reader, writer = await asyncio.open_connection("127.0.0.1", unused_port)
        writer.write(b"POST /in HTTP/1.1\r\nContent-Length: 10\r\nX-Slow: ")
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /in HTTP/1.1\r\n\r\n", 405),
        (b"POST /in HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"POST /in HTTP/1.1\r\n\r\n", 411),
        (b"POST /in HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST /in HTTP/1.1\r\nContent-Length : 1\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00 hello\r\n\r\n", 400),
        (b"POST /in HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", 431),
    ],
)
async def test_invalid_http_request_is_answered_with_its_status(
    unused_port: int, request_head: bytes, status: int
) -> None:
    async with listening(unused_port, MemoryContext()):
        reader, writer = await asyncio.open_connection("127.0.0.1", unused_port)
        writer.write(request_head)
        answer = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 %d " % status)


def test_signature_matches_the_specification() -> None:
    """The example comes from the tests of the specification's libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signature.sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", body, at)
    assert headers[signature.SIGNATURE] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature.verify(secret, headers, body, at, WINDOW) == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_one_valid_signature_of_several_is_enough() -> None:
    headers = signature.sign(SECRET, "msg_1", BODY, NOW)
    headers[signature.SIGNATURE] = f"v1,b2xk v1a,xyz {headers[signature.SIGNATURE]}"
    assert signature.verify(SECRET, headers, BODY, NOW, WINDOW) == "msg_1"


@pytest.mark.parametrize("secret", ["short", "whsec_", "whsec_%%%", "whsec_c2hvcnQ="])
def test_weak_secret_is_rejected(secret: str) -> None:
    with pytest.raises(ValueError, match=r"shorter than 24 bytes|not base64"):
        signature.decode_secret(secret)


def test_same_text_with_two_ids_is_two_messages() -> None:
    from deskctl.testing.builders import envelope

    raw = json.dumps({"from": "x", "text": "again"}).encode()
    one, two = (WEBHOOK.parse(raw, envelope("webhook", extra={"id": name})) for name in ("a", "b"))
    assert one.digest != two.digest
