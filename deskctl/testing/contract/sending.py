"""The promises of `Channel.send`: what became of a message is told by its right name, and nothing is sent twice."""

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
    """`send` gives a Receipt, or raises TryLater, Rejected or Uncertain."""

    async def test_what_is_sent_arrives(self, peer: Peer, context: MemoryContext, channel: Channel) -> None:
        self.sends_or_skip()
        receipt = await channel.send(self.outbound("Your parcel left at noon.", outbox_id=7))
        await channel.aclose()
        assert isinstance(receipt, Receipt), f"send gave a {type(receipt).__name__}"
        [arrived] = peer.received()
        assert "Your parcel left at noon." in arrived
        assert context.marked == self.marks(7), "marks_sending and what was marked disagree"

    @pytest.mark.parametrize("fault", sorted(get_args(Fault)))
    async def test_a_fault_is_raised_by_its_name(self, fault: Fault, peer: Peer, channel: Channel) -> None:
        self.faults_or_skip(fault)
        peer.fail(fault)
        with pytest.raises(RAISED[fault]) as caught:
            await channel.send(self.outbound())
        await channel.aclose()
        assert str(caught.value), "the error does not say what went wrong"

    async def test_a_busy_peer_is_given_the_time_that_it_asks_for(self, peer: Peer, channel: Channel) -> None:
        self.faults_or_skip("is busy")
        if self.retry_after is None:
            pytest.skip("declared: retry_after = None, a busy peer names no time")
        peer.fail("is busy")
        with pytest.raises(TryLater) as caught:
            await channel.send(self.outbound())
        await channel.aclose()
        assert caught.value.retry_after is not None, "the time that the peer named is not passed on"
        assert caught.value.retry_after >= self.retry_after

    async def test_after_trying_later_it_arrives_once(self, peer: Peer, channel: Channel) -> None:
        self.faults_or_skip("is busy")
        message = self.outbound("The second try.")
        peer.fail("is busy")
        with pytest.raises(TryLater):
            await channel.send(message)
        self.recovered(peer)
        assert isinstance(await channel.send(message), Receipt)
        assert len([text for text in peer.received() if "The second try." in text]) == 1
        await channel.aclose()

    async def test_what_may_have_arrived_is_not_sent_again(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        self.faults_or_skip("falls silent")
        peer.fail("falls silent")
        with pytest.raises(Uncertain):
            await channel.send(self.outbound("Only once.", outbox_id=7))
        # Nothing can be waited for here: that something does not happen shows only in a stretch of time.
        await asyncio.sleep(0.3)
        await channel.aclose()
        assert len([text for text in peer.received() if "Only once." in text]) <= 1, "it was sent a second time"
        assert context.marked == self.marks(7), "marks_sending and what was marked disagree"

    async def test_hostile_text_is_sent_or_refused(self, peer: Peer, channel: Channel) -> None:
        """Any other error would leave people to find out whether it was sent."""
        self.sends_or_skip()
        for number, (what, text) in enumerate(OUTGOING.items(), 1):
            subject = " ".join(text.split())[:200]
            message = self.outbound(text, outbox_id=number, subject=subject)
            try:
                receipt = await asyncio.wait_for(channel.send(message), self.seconds)
            except Rejected as error:
                assert str(error), f"{what}: refused without a word"
            else:
                assert isinstance(receipt, Receipt), what
        await channel.aclose()

    async def test_a_million_characters_are_sent_or_refused(self, peer: Peer, channel: Channel) -> None:
        self.sends_or_skip()
        try:
            receipt = await asyncio.wait_for(channel.send(self.outbound("긴 답장. " * 170_000)), self.seconds)
        except Rejected as error:
            assert str(error), "refused without a word"
        else:
            assert isinstance(receipt, Receipt)
        await channel.aclose()

    def outbound(self, text: str = "We are on it.", **fields: Any) -> OutboundMessage:
        return builders.outbound(text, to=(self.recipient,), **fields)

    def recovered(self, peer: Peer) -> None:
        """Called when a busy peer is to be busy no more. To be overridden where that takes more than its next turn."""

    def marks(self, outbox_id: int) -> list[int]:
        return [outbox_id] if self.channel_type.capabilities.marks_sending else []
