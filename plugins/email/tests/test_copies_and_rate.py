"""Copies of sent messages, and the rate limit of a relay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from deskctl.plugins import Rejected, Secret, TryLater
from deskctl.testing.builders import outbound
from deskctl.testing.fakes import MemoryContext
from deskctl.testing.smtp_sink import SmtpSink
from deskctl_email.channel import EmailChannel
from deskctl_email.config import EmailConfig, Imap, Smtp
from deskctl_email.rate_limit import RateLimit

ADDRESS = "support@acme.test"


def sent_copy_config(mailbox: Any, sink: SmtpSink, sent: bool | str = "Sent", **imap: Any) -> EmailConfig:
    given = {
        "host": mailbox.host,
        "port": mailbox.port,
        "user": mailbox.user,
        "password": Secret("literal", mailbox.password),
        "sent": sent,
        **imap,
    }
    return EmailConfig(address=ADDRESS, imap=Imap(**given), smtp=Smtp(host=sink.host, port=sink.port))


async def test_sent_copy_is_stored_once_and_sends_nothing(dovecot: Any, sink: SmtpSink, context: MemoryContext) -> None:
    mailbox = dovecot.mailbox()
    channel = EmailChannel(sent_copy_config(mailbox, sink), context)
    message = outbound("안녕하세요", outbox_id=1, message_id="<one@acme.test>")
    await channel.send(message)
    for number in (2, 3):
        await channel.send(replace(message, outbox_id=number, copy=True))
    await channel.send(outbound(outbox_id=4, copy=True))
    await channel.aclose()
    assert len(sink.mails) == 1
    assert context.marked == [1], "a copy is not sent"
    uids = await asyncio.to_thread(mailbox.uids, "Sent")
    assert len(uids) == 2
    copy = await asyncio.to_thread(mailbox.raw, uids[0], "Sent")
    headers = (mail.partition(b"\r\n\r\n")[0].split(b"Content-Type")[0] for mail in (copy, sink.mails[0].raw))
    assert next(headers) == next(headers)
    assert "\\Seen" in await asyncio.to_thread(mailbox.flags, uids[0], "Sent")


async def test_special_folder_for_sent_mail_is_found(dovecot: Any, sink: SmtpSink, context: MemoryContext) -> None:
    mailbox = dovecot.mailbox()
    channel = EmailChannel(sent_copy_config(mailbox, sink, True), context)
    with pytest.raises(TryLater, match="no special folder for sent mail"):
        await channel.send(outbound(copy=True))
    await asyncio.to_thread(mailbox.append_all, [], "Sent Items")
    receipt = await channel.send(outbound(copy=True))
    assert receipt.remark == "copied to Sent Items"


@pytest.mark.parametrize("wrong", [{"password": Secret("literal", "wrong")}, {"port": 9}])
async def test_sent_copy_is_retried_if_the_mailbox_is_unavailable(
    wrong: dict[str, Any], dovecot: Any, sink: SmtpSink, context: MemoryContext
) -> None:
    channel = EmailChannel(sent_copy_config(dovecot.mailbox(), sink, **wrong), context)
    with pytest.raises(TryLater, match="could not copy"):
        await channel.send(outbound(copy=True))
    assert sink.mails == []


async def test_sent_copy_is_rejected_for_an_impossible_folder(
    dovecot: Any, sink: SmtpSink, context: MemoryContext
) -> None:
    channel = EmailChannel(sent_copy_config(dovecot.mailbox(), sink, "a//b"), context)
    with pytest.raises(Rejected):
        await channel.send(outbound(copy=True))


async def test_messages_over_the_rate_limit_wait_without_failing(sink: SmtpSink, context: MemoryContext) -> None:
    smtp = Smtp(host=sink.host, port=sink.port, rate="2/min")
    channel = EmailChannel(EmailConfig(address=ADDRESS, smtp=smtp), context)
    for number in (1, 2):
        await channel.send(outbound(outbox_id=number))
    for number in (3, 4, 5):
        with pytest.raises(TryLater) as caught:
            await channel.send(outbound(outbox_id=number))
        assert not caught.value.tried
        assert caught.value.retry_after is not None
        assert (55 if number < 5 else 115) < caught.value.retry_after <= (60 if number < 5 else 120)
        assert "2/min" in str(caught.value)
    await channel.aclose()
    again = EmailChannel(EmailConfig(address=ADDRESS, smtp=smtp), context)
    with pytest.raises(TryLater):  # a restarted channel keeps its rate limit
        await again.send(outbound(outbox_id=6))
    assert (len(sink.mails), context.marked) == (2, [1, 2])


async def test_short_delay_is_spent_in_the_channel(sink: SmtpSink, context: MemoryContext) -> None:
    smtp = Smtp(host=sink.host, port=sink.port, rate="2/s")
    channel = EmailChannel(EmailConfig(address=ADDRESS, smtp=smtp), context)
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(channel.send(outbound(outbox_id=number)) for number in range(5)))
    assert asyncio.get_running_loop().time() - began >= 2
    await channel.aclose()
    assert len(sink.mails) == 5


def test_rate_limit_keeps_turns_within_any_period() -> None:
    now = 0.0
    rate = RateLimit(3, 60.0, lambda: now)
    waits: list[float] = [rate.seconds_until_turn(number) for number in range(10)]
    assert waits == [0, 0, 0, 60, 60, 60, 120, 120, 120, 180]
    now = 60.0
    assert rate.seconds_until_turn(5) == 0
    assert rate.seconds_until_turn(9) == 120
    rate.use_turn(5)
    assert rate.seconds_until_turn(5) == 120, "another attempt needs another turn"
    check: Callable[[int], float] = rate.seconds_until_turn
    assert check(9) == 120
