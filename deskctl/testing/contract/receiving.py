"""The promises of `Channel.receive`: nothing is lost, nothing comes twice."""

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
    """A message is acknowledged when it is in the journal, and not before."""

    async def test_a_message_is_delivered_whole(self, peer: Peer, context: MemoryContext, channel: Channel) -> None:
        self.receives_or_skip()
        async with self.running(channel, context):
            peer.put(self.samples[0])
            await context.wait_for(lambda: context.journal, "the message was delivered", self.seconds)
            await context.wait_for(lambda: peer.acknowledged() == 1, "it was acknowledged", self.seconds)
        [delivered] = context.journal
        assert delivered.key, "the key is empty"
        assert isinstance(delivered.envelope, Envelope)
        assert delivered.envelope.received_at.tzinfo is not None
        there, here = (self.channel_type.parse(raw, delivered.envelope) for raw in (self.samples[0], delivered.raw))
        assert here.digest == there.digest, "what was delivered is not what was offered"

    async def test_it_is_acknowledged_only_after_it_is_durable(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        self.receives_or_skip()
        context.hold()
        try:
            async with self.running(channel, context):
                peer.put(self.samples[0])
                await context.wait_for(lambda: context.attempts, "the message was offered", self.seconds)
                # Nothing can be waited for here: that something does not happen shows only in a stretch of time.
                await asyncio.sleep(0.3)
                early = peer.acknowledged()
                context.release()
                await context.wait_for(lambda: peer.acknowledged() == 1, "it was acknowledged", self.seconds)
        finally:
            context.release()
        assert early == 0, "it was acknowledged before it was durable"

    async def test_what_the_store_refuses_is_offered_again_under_its_key(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        self.receives_or_skip()
        async with self.running(channel, context):
            peer.put(self.samples[0])
            await context.wait_for(lambda: peer.acknowledged() == 1, "the first was acknowledged", self.seconds)
            context.refuse = True
            peer.put(self.samples[1])
            await asyncio.sleep(0.3)
            assert peer.acknowledged() == 1, "what the store refused was acknowledged"
            context.refuse = False
            await context.wait_for(lambda: peer.acknowledged() == 2, "it was offered again", self.seconds)
        assert len(context.journal) == 2
        keys = {attempt.key for attempt in context.attempts}
        assert len(keys) == 2, "the same message was offered under several keys"

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    async def test_a_crash_before_the_acknowledgement_brings_the_message_again_under_its_key(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        """The process dies when the message is in the journal and nobody was told: it comes again, and is known."""
        self.receives_or_skip()
        context.die_after_commit = True
        dying = asyncio.ensure_future(channel.receive())
        await self.at_work(context)
        peer.put(self.samples[0])
        await context.wait_for(lambda: context.dead, "the message was made durable", self.seconds)
        dying.cancel()
        await asyncio.wait({dying}, timeout=5)
        with contextlib.suppress(Exception):
            await channel.aclose()
        assert peer.acknowledged() == 0, "it was acknowledged by a process that was dead"

        reborn = context.reborn()
        async with self.running(self.channel_type.open(peer.config, reborn), reborn):
            await context.wait_for(
                lambda: peer.acknowledged() == 1, "it was acknowledged the second time", self.seconds
            )
        assert len(context.attempts) > 1, "it did not come again"
        assert len(context.journal) == 1, "the message that came again has another key"

    async def test_every_message_arrives_once_in_whatever_order(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        self.receives_or_skip()
        async with self.running(channel, context):
            for sample in reversed(self.samples):
                peer.put(sample)
            count = len(self.samples)
            await context.wait_for(lambda: peer.acknowledged() == count, "all were acknowledged", self.seconds)
        assert len(context.journal) == count
        assert self.digests(context) == {self.digest(sample) for sample in self.samples}, "one came changed, or twice"

    async def test_a_restart_takes_nothing_in_again(self, peer: Peer, context: MemoryContext, channel: Channel) -> None:
        self.receives_or_skip()
        async with self.running(channel, context):
            peer.put(self.samples[0])
            await context.wait_for(lambda: peer.acknowledged() == 1, "the first was acknowledged", self.seconds)
        async with self.running(self.channel_type.open(peer.config, context), context):
            peer.put(self.samples[1])
            await context.wait_for(lambda: peer.acknowledged() == 2, "the second was acknowledged", self.seconds)
        assert len(context.journal) == 2, "after a restart a message came again under another key"

    async def test_hostile_text_is_taken_in_and_holds_nothing_up(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        self.receives_or_skip()
        offered = {what: self.raw(text) for what, text in TEXTS.items()}
        async with self.running(channel, context):
            for raw in (*offered.values(), self.samples[0]):
                peer.put(raw)
            last = self.digest(self.samples[0])
            await context.wait_for(lambda: last in self.digests(context), "the last was delivered", self.seconds)
            fit = {what: self.digest(raw) for what, raw in offered.items() if self.fits(raw)}
            wanted = set(fit.values())
            with contextlib.suppress(AssertionError):
                await context.wait_for(lambda: wanted <= self.digests(context), "all", self.seconds)
        missing = [what for what, digest in fit.items() if digest not in self.digests(context)]
        assert missing == [], "these were lost"

    async def test_ten_megabytes_hold_nothing_up(self, peer: Peer, context: MemoryContext, channel: Channel) -> None:
        self.receives_or_skip()
        huge = self.raw(HUGE)
        async with self.running(channel, context):
            peer.put(huge)
            peer.put(self.samples[0])
            count = 2 if self.fits(huge) else 1
            await context.wait_for(lambda: len(context.journal) >= count, "what fits was delivered", self.seconds)
            sample = self.digest(self.samples[0])
            await context.wait_for(lambda: sample in self.digests(context), "the next arrived", self.seconds)

    def fits(self, raw: bytes) -> bool:
        return self.largest is None or len(raw) <= self.largest

    def digest(self, raw: bytes) -> str:
        return self.channel_type.parse(raw, builders.envelope(size=None)).digest

    def digests(self, context: MemoryContext) -> set[str]:
        """Of what is in the journal; each is parsed once."""
        known: dict[str, str] = self.__dict__.setdefault("_digests", {})
        for entry in context.journal:
            if entry.key not in known:
                known[entry.key] = self.digest(entry.raw)
        return set(known.values())
