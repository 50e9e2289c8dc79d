"""The requirements of `Channel.receive`: each message is delivered exactly once."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from ...plugins import Channel, Envelope
from .. import builders
from ..fakes import MemoryContext
from .base import Declared
from .hostile import HUGE, TEXTS
from .peer import Peer


class ReceiveContract(Declared):
    """A message is acknowledged only after it is in the journal."""

    async def test_message_is_delivered_complete(self, peer: Peer, context: MemoryContext, channel: Channel) -> None:
        self.receives_or_skip()
        async with self.running(channel, context):
            peer.put(self.samples[0])
            await context.wait_for(lambda: context.journal, "the message was delivered", self.seconds)
            await context.wait_for(lambda: peer.acknowledged() == 1, "the message was acknowledged", self.seconds)
        [delivered] = context.journal
        assert delivered.key, "the key is empty"
        assert isinstance(delivered.envelope, Envelope)
        assert delivered.envelope.received_at.tzinfo is not None
        raws = (self.samples[0], delivered.raw)
        offered, received = (self.channel_type.parse(raw, delivered.envelope) for raw in raws)
        assert received.digest == offered.digest, "the delivered message differs from the offered one"

    async def test_message_is_acknowledged_after_the_commit(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        self.receives_or_skip()
        context.hold()
        try:
            async with self.running(channel, context):
                peer.put(self.samples[0])
                await context.wait_for(lambda: context.attempts, "the message was offered", self.seconds)
                # No event marks the absence of an acknowledgement, so wait for a fixed time.
                await asyncio.sleep(0.3)
                early = peer.acknowledged()
                context.release()
                await context.wait_for(lambda: peer.acknowledged() == 1, "the message was acknowledged", self.seconds)
        finally:
            context.release()
        assert early == 0, "the message was acknowledged before it was durable"

    async def test_refused_message_is_offered_again(self, peer: Peer, context: MemoryContext, channel: Channel) -> None:
        self.receives_or_skip()
        async with self.running(channel, context):
            peer.put(self.samples[0])
            await context.wait_for(lambda: peer.acknowledged() == 1, "the first message was acknowledged", self.seconds)
            context.refuse = True
            peer.put(self.samples[1])
            await asyncio.sleep(0.3)
            assert peer.acknowledged() == 1, "the channel acknowledged a message that the store refused"
            context.refuse = False
            await context.wait_for(lambda: peer.acknowledged() == 2, "the message was offered again", self.seconds)
        assert len(context.journal) == 2
        keys = {attempt.key for attempt in context.attempts}
        assert len(keys) == 2, "the same message was offered under several keys"

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    async def test_message_is_offered_again_after_a_crash(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        """The process dies after the commit and before the acknowledgement; the repeated message has the same key."""
        self.receives_or_skip()
        context.die_after_commit = True
        task = asyncio.ensure_future(channel.receive())
        await self.at_work(context)
        peer.put(self.samples[0])
        await context.wait_for(lambda: context.dead, "the message was made durable", self.seconds)
        task.cancel()
        await asyncio.wait({task}, timeout=5)
        with contextlib.suppress(Exception):
            await channel.aclose()
        assert peer.acknowledged() == 0, "the message was acknowledged after the process died"

        restarted = context.reborn()
        async with self.running(self.channel_type.open(peer.config, restarted), restarted):
            await context.wait_for(
                lambda: peer.acknowledged() == 1, "the message was acknowledged the second time", self.seconds
            )
        assert len(context.attempts) > 1, "the message was not offered again"
        assert len(context.journal) == 1, "the repeated message has another key"

    async def test_each_message_is_delivered_once_in_any_order(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        self.receives_or_skip()
        async with self.running(channel, context):
            for sample in reversed(self.samples):
                peer.put(sample)
            count = len(self.samples)
            await context.wait_for(lambda: peer.acknowledged() == count, "all messages were acknowledged", self.seconds)
        assert len(context.journal) == count
        assert self.digests(context) == {self.digest(s) for s in self.samples}, "a message was changed or duplicated"

    async def test_restart_delivers_no_message_again(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        self.receives_or_skip()
        async with self.running(channel, context):
            peer.put(self.samples[0])
            await context.wait_for(lambda: peer.acknowledged() == 1, "the first message was acknowledged", self.seconds)
        async with self.running(self.channel_type.open(peer.config, context), context):
            peer.put(self.samples[1])
            await context.wait_for(
                lambda: peer.acknowledged() == 2, "the second message was acknowledged", self.seconds
            )
        assert len(context.journal) == 2, "after a restart a message was delivered again with another key"

    async def test_hostile_text_is_delivered(self, peer: Peer, context: MemoryContext, channel: Channel) -> None:
        self.receives_or_skip()
        offered = {name: self.raw(text) for name, text in TEXTS.items()}
        async with self.running(channel, context):
            for raw in (*offered.values(), self.samples[0]):
                peer.put(raw)
            last = self.digest(self.samples[0])
            await context.wait_for(
                lambda: last in self.digests(context), "the last message was delivered", self.seconds
            )
            fit = {name: self.digest(raw) for name, raw in offered.items() if self.fits(raw)}
            expected = set(fit.values())
            with contextlib.suppress(AssertionError):
                await context.wait_for(lambda: expected <= self.digests(context), "all", self.seconds)
        missing = [name for name, digest in fit.items() if digest not in self.digests(context)]
        assert missing == [], "these messages were lost"

    async def test_large_message_does_not_block_others(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        self.receives_or_skip()
        huge = self.raw(HUGE)
        async with self.running(channel, context):
            peer.put(huge)
            peer.put(self.samples[0])
            count = 2 if self.fits(huge) else 1
            await context.wait_for(
                lambda: len(context.journal) >= count, "messages within the limit were delivered", self.seconds
            )
            sample = self.digest(self.samples[0])
            await context.wait_for(
                lambda: sample in self.digests(context), "the next message was delivered", self.seconds
            )

    def fits(self, raw: bytes) -> bool:
        return self.largest is None or len(raw) <= self.largest

    def digest(self, raw: bytes) -> str:
        return self.channel_type.parse(raw, builders.envelope(size=None)).digest

    def digests(self, context: MemoryContext) -> set[str]:
        """Return the digests of the journal's entries; each entry is parsed once."""
        known: dict[str, str] = self.__dict__.setdefault("_digests", {})
        for entry in context.journal:
            if entry.key not in known:
                known[entry.key] = self.digest(entry.raw)
        return set(known.values())
