"""The requirements of `Channel.check` and `Channel.aclose`, and of `receive` when it is cancelled."""

from __future__ import annotations

import asyncio

from ...plugins import Channel, Health
from ..fakes import MemoryContext
from .base import Declared
from .peer import Peer
from .watching import Leftovers

#: Seconds within which a channel must stop.
STOP_SECONDS = 5.0


class EndContract(Declared):
    """A channel stops when it is cancelled, and leaves no tasks, threads and sockets behind."""

    async def test_receive_stops_when_cancelled(self, peer: Peer, context: MemoryContext, channel: Channel) -> None:
        self.receives_or_skip()
        task = asyncio.ensure_future(channel.receive())
        await self.at_work(context)
        peer.put(self.samples[0])
        await context.wait_for(lambda: context.journal or task.done(), "the channel is running", self.seconds)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=STOP_SECONDS)
        assert done, f"receive still runs {STOP_SECONDS:g} s after it was cancelled"
        assert task.cancelled(), "receive did not raise CancelledError"
        await channel.aclose()

    async def test_stop_during_delivery_loses_no_message(self, peer: Peer, context: MemoryContext) -> None:
        """Cancel the channel while the store commits a message; after a restart the message is acknowledged."""
        self.receives_or_skip()
        before = Leftovers()
        await self.stop_during_delivery(peer, context)
        async with self.running(self.channel_type.open(peer.config, context), context):
            await context.wait_for(lambda: peer.acknowledged() == 1, "the message was acknowledged", self.seconds)
        assert len(context.journal) == 1, "the message was delivered twice"
        await context.wait_for(lambda: not before.found(), "all resources are released", self.seconds / 2, before.found)

    async def stop_during_delivery(self, peer: Peer, context: MemoryContext) -> None:
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
        done, _ = await asyncio.wait({task}, timeout=STOP_SECONDS)
        assert done, f"receive still runs {STOP_SECONDS:g} s after it was cancelled during a delivery"
        await asyncio.wait_for(channel.aclose(), STOP_SECONDS)

    async def test_check_passes_for_a_working_channel(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        if self.receives:
            async with self.running(channel, context):
                health = await asyncio.wait_for(channel.check(), self.seconds)
        else:
            health = await asyncio.wait_for(channel.check(), self.seconds)
            await channel.aclose()
        assert isinstance(health, Health)
        assert health.parts, "check has no parts"
        assert health.ok, health
        assert context.journal == [], "check delivered a message"

    async def test_aclose_can_be_called_twice(self, channel: Channel) -> None:
        await channel.aclose()
        await channel.aclose()
