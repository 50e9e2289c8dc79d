"""The requirements of `Channel.send`: report the outcome with the right error, and send no message twice."""

from __future__ import annotations

import asyncio
from typing import Any, get_args

import pytest

from ...plugins import Channel, OutboundMessage, Receipt, Rejected, TryLater, Uncertain
from .. import builders
from ..fakes import MemoryContext
from .base import Declared
from .hostile import OUTGOING
from .peer import RAISED, Fault, Peer


class SendContract(Declared):
    """`send` returns a Receipt, or raises TryLater, Rejected or Uncertain."""

    async def test_sent_message_arrives(self, peer: Peer, context: MemoryContext, channel: Channel) -> None:
        self.sends_or_skip()
        receipt = await channel.send(self.outbound("Your parcel left at noon.", outbox_id=7))
        await channel.aclose()
        assert isinstance(receipt, Receipt), f"send returned a {type(receipt).__name__}"
        [arrived] = peer.received()
        assert "Your parcel left at noon." in arrived
        assert context.marked == self.marks(7), "the marked messages do not match marks_sending"

    @pytest.mark.parametrize("fault", sorted(get_args(Fault)))
    async def test_fault_raises_its_error(self, fault: Fault, peer: Peer, channel: Channel) -> None:
        self.faults_or_skip(fault)
        peer.fail(fault)
        with pytest.raises(RAISED[fault]) as caught:
            await channel.send(self.outbound())
        await channel.aclose()
        assert str(caught.value), "the error has no message"

    async def test_busy_peer_sets_retry_after(self, peer: Peer, channel: Channel) -> None:
        self.faults_or_skip("is busy")
        if self.retry_after is None:
            pytest.skip("declared: retry_after = None, a busy peer names no time")
        peer.fail("is busy")
        with pytest.raises(TryLater) as caught:
            await channel.send(self.outbound())
        await channel.aclose()
        assert caught.value.retry_after is not None, "the error does not pass on the peer's time"
        assert caught.value.retry_after >= self.retry_after

    async def test_retried_message_arrives_once(self, peer: Peer, channel: Channel) -> None:
        self.faults_or_skip("is busy")
        message = self.outbound("The second try.")
        peer.fail("is busy")
        with pytest.raises(TryLater):
            await channel.send(message)
        self.recovered(peer)
        assert isinstance(await channel.send(message), Receipt)
        assert len([text for text in peer.received() if "The second try." in text]) == 1
        await channel.aclose()

    async def test_uncertain_message_is_not_sent_again(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        self.faults_or_skip("falls silent")
        peer.fail("falls silent")
        with pytest.raises(Uncertain):
            await channel.send(self.outbound("Only once.", outbox_id=7))
        # No event marks the absence of a second attempt, so wait for a fixed time.
        await asyncio.sleep(0.3)
        await channel.aclose()
        assert len([text for text in peer.received() if "Only once." in text]) <= 1, (
            "the message was sent a second time"
        )
        assert context.marked == self.marks(7), "the marked messages do not match marks_sending"

    async def test_hostile_text_is_sent_or_rejected(self, peer: Peer, channel: Channel) -> None:
        """After any other error, a person would have to find out if the message was sent."""
        self.sends_or_skip()
        for number, (name, text) in enumerate(OUTGOING.items(), 1):
            subject = " ".join(text.split())[:200]
            message = self.outbound(text, outbox_id=number, subject=subject)
            try:
                receipt = await asyncio.wait_for(channel.send(message), self.seconds)
            except Rejected as error:
                assert str(error), f"{name}: rejected without a message"
            else:
                assert isinstance(receipt, Receipt), name
        await channel.aclose()

    async def test_long_text_is_sent_or_rejected(self, peer: Peer, channel: Channel) -> None:
        self.sends_or_skip()
        try:
            receipt = await asyncio.wait_for(channel.send(self.outbound("긴 답장. " * 170_000)), self.seconds)
        except Rejected as error:
            assert str(error), "rejected without a message"
        else:
            assert isinstance(receipt, Receipt)
        await channel.aclose()

    def outbound(self, text: str = "We are on it.", **fields: Any) -> OutboundMessage:
        return builders.outbound(text, to=(self.recipient,), **fields)

    def recovered(self, peer: Peer) -> None:
        """End the fault "is busy". Override it if the peer does not recover by itself after one message."""

    def marks(self, outbox_id: int) -> list[int]:
        return [outbox_id] if self.channel_type.capabilities.marks_sending else []
