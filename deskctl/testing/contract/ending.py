"""The promises of `Channel.check` and `Channel.aclose`, and of `receive` when it is told to stop."""

from __future__ import annotations

import asyncio

from ...plugins import Channel, Health
from ..fakes import MemoryContext
from .base import Declared
from .peer import Peer
from .watching import Leftovers

#: Seconds in which a channel has to stop.
SOON = 5.0


class EndContract(Declared):
    """A channel stops when it is told to, and leaves nothing behind."""

    async def test_receive_ends_soon_when_it_is_cancelled(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        self.receives_or_skip()
        task = asyncio.ensure_future(channel.receive())
        await self.at_work(context)
        peer.put(self.samples[0])
        await context.wait_for(lambda: context.journal or task.done(), "the channel is at work", self.seconds)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=SOON)
        assert done, f"receive goes on {SOON:g} s after it was cancelled"
        assert task.cancelled(), "receive ended as if it had not been cancelled"
        await channel.aclose()

    async def test_a_stop_in_the_middle_loses_nothing_and_leaves_nothing(
        self, peer: Peer, context: MemoryContext
    ) -> None:
        """Cancelled while the store is busy with a message; afterwards another start takes in what is left."""
        self.receives_or_skip()
        before = Leftovers()
        await self.stopped_in_the_middle(peer, context)
        async with self.running(self.channel_type.open(peer.config, context), context):
            await context.wait_for(lambda: peer.acknowledged() == 1, "the message was acknowledged", self.seconds)
        assert len(context.journal) == 1, "the message came twice"
        await context.wait_for(lambda: not before.found(), "everything was let go", self.seconds / 2, before.found)

    async def stopped_in_the_middle(self, peer: Peer, context: MemoryContext) -> None:
        channel = self.channel_type.open(peer.config, context)
        context.hold()
        try:
            task = asyncio.ensure_future(channel.receive())
            await self.at_work(context)
            peer.put(self.samples[0])
            await context.wait_for(lambda: context.attempts, "the message was offered", self.seconds)
            task.cancel()
        finally:
            context.release()
        done, _ = await asyncio.wait({task}, timeout=SOON)
        assert done, f"receive goes on {SOON:g} s after it was cancelled in the middle of a message"
        await asyncio.wait_for(channel.aclose(), SOON)

    async def test_check_finds_a_sound_channel_sound(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        if self.receives:
            async with self.running(channel, context):
                health = await asyncio.wait_for(channel.check(), self.seconds)
        else:
            health = await asyncio.wait_for(channel.check(), self.seconds)
            await channel.aclose()
        assert isinstance(health, Health)
        assert health.parts, "check tried nothing"
        assert health.ok, health
        assert context.journal == [], "check made a message"

    async def test_aclose_can_come_at_any_time_and_twice(self, channel: Channel) -> None:
        await channel.aclose()
        await channel.aclose()
