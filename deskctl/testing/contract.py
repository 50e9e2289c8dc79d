"""The tests that every channel passes. A plugin's author subclasses the class and brings the other side.

    class TestPigeon(ChannelContract):
        channel_type = PIGEON
        samples = (b"coo",)

        @pytest.fixture
        def peer(self, tmp_path):
            with Loft(tmp_path) as loft:
                yield loft

Needs pytest and pytest-asyncio; with hypothesis installed `parse` is given many more broken messages.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, ClassVar, Literal, Protocol

import pytest

from ..plugins import (
    Channel,
    ChannelType,
    Envelope,
    Health,
    InboundMessage,
    Receipt,
    Rejected,
    StoreUnavailable,
    TryLater,
    Unavailable,
    Uncertain,
)
from . import builders
from .fakes import MemoryContext

#: How the other side can fail when it is sent something, and what the channel must then raise.
Fault = Literal["refuses", "is busy", "falls silent"]
RAISED: Mapping[Fault, type[Exception]] = {"refuses": Rejected, "is busy": TryLater, "falls silent": Uncertain}

#: Broken in ways that parsers trip over.
NASTY = (
    b"",
    b"\0" * 100,
    b"\xff\xfe\xed\xa0\x80",
    b"a" * 40_000,
    b"\r\n" * 1000,
    "한글 \u202e test\n".encode("utf-16"),
    b"Subject: =?utf-8?b?//79?=\nContent-Type: text/plain; charset=no\0such\n\n\xbe\xc8",
)


class Peer(Protocol):
    """The other side, in the same process: a real server on loopback, a folder, a fake of a web service."""

    config: Any
    """An instance of `ChannelType.config` that points here."""

    def put(self, raw: bytes) -> None:
        """Offer a message to the channel; again and again, where the protocol leaves that to the sender."""
        ...

    def acknowledged(self) -> int:
        """How many offered messages the channel has taken over: whatever it would not be given again."""
        ...

    def received(self) -> list[str]:
        """What the channel sent here, as text in which the words of the message can be found."""
        ...

    def fail(self, fault: Fault) -> None:
        """Meet the next message that is sent here with this fault. Only for what `faults` of the contract names."""
        ...


class ChannelContract:
    """What the daemon relies on. Each test is a promise of `deskctl.plugins.Channel`."""

    channel_type: ClassVar[ChannelType]
    samples: ClassVar[tuple[bytes, ...]] = ()
    """Real messages of this channel, each different."""
    faults: ClassVar[frozenset[Fault]] = frozenset(RAISED)
    """Those that can happen on this channel."""
    seconds: ClassVar[float] = 20
    """How long anything may take."""

    @pytest.fixture
    def peer(self) -> Iterator[Peer]:
        """The other side, ready to be spoken to."""
        pytest.fail(f"{type(self).__name__} must bring the fixture `peer`")

    @pytest.fixture
    def context(self) -> MemoryContext:
        return MemoryContext("contract")

    @pytest.fixture
    def channel(self, peer: Peer, context: MemoryContext) -> Channel:
        return self.channel_type.open(peer.config, context)

    # parse

    @pytest.mark.parametrize("raw", NASTY, ids=range(len(NASTY)))
    def test_parse_reads_any_bytes(self, raw: bytes) -> None:
        self.parses(raw)

    def test_parse_reads_broken_samples(self) -> None:
        for sample in self.samples:
            self.parses(sample)
            self.parses(sample[: len(sample) // 2])
            self.parses(sample.replace(b"\n", b"\0") + b"\0\xff")

    def test_parse_reads_whatever_comes(self) -> None:
        hypothesis = pytest.importorskip("hypothesis")
        anything = hypothesis.strategies.binary(max_size=400)
        if self.samples:
            mixed = hypothesis.strategies.tuples(hypothesis.strategies.sampled_from(self.samples), anything)
            anything = anything | mixed.map(b"".join) | mixed.map(lambda pair: pair[1] + pair[0])
        unhurried = hypothesis.settings(deadline=None, max_examples=100)
        unhurried(hypothesis.given(anything)(self.parses))()

    def parses(self, raw: bytes) -> None:
        """`parse` is total and pure, and gives plain text."""
        envelope = builders.envelope(size=None)
        first = self.channel_type.parse(raw, envelope)
        assert isinstance(first, InboundMessage), f"parse gave a {type(first).__name__}"
        assert self.channel_type.parse(raw, envelope) == first, "parse says something else the second time"
        for field, text in _texts(first):
            assert "\0" not in text, f"{field} has a NUL"
            assert not any("\ud800" <= c <= "\udfff" for c in text), f"{field} has a lone surrogate"
        if first.sent_at is not None:
            assert first.sent_at.tzinfo is not None, "sent_at has no time zone"

    # open

    def test_open_does_no_io(self, peer: Peer, context: MemoryContext) -> None:
        with _watched() as seen:
            self.channel_type.open(peer.config, context)
        assert seen == [], f"open did I/O: {seen}"

    # receive

    async def test_a_message_is_delivered_whole(self, peer: Peer, context: MemoryContext, channel: Channel) -> None:
        self.receives_or_skip(peer)
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
        self.receives_or_skip(peer)
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
        self.receives_or_skip(peer)
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

    async def test_every_message_arrives_once(self, peer: Peer, context: MemoryContext, channel: Channel) -> None:
        self.receives_or_skip(peer)
        async with self.running(channel, context):
            for sample in self.samples:
                peer.put(sample)
            count = len(self.samples)
            await context.wait_for(lambda: peer.acknowledged() == count, "all were acknowledged", self.seconds)
        assert len(context.journal) == count

    async def test_receive_ends_soon_when_it_is_cancelled(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        self.receives_or_skip(peer)
        task = asyncio.ensure_future(channel.receive())
        await self.at_work(context)
        peer.put(self.samples[0])
        await context.wait_for(lambda: context.journal or task.done(), "the channel is at work", self.seconds)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=5)
        assert done, "receive goes on 5 s after it was cancelled"
        assert task.cancelled(), "receive ended as if it had not been cancelled"
        await channel.aclose()

    # send

    async def test_what_is_sent_arrives(self, peer: Peer, context: MemoryContext, channel: Channel) -> None:
        self.sends_or_skip(peer)
        receipt = await channel.send(builders.outbound("Your parcel left at noon.", outbox_id=7))
        await channel.aclose()
        assert isinstance(receipt, Receipt), f"send gave a {type(receipt).__name__}"
        [arrived] = peer.received()
        assert "Your parcel left at noon." in arrived
        marked = [7] if self.channel_type.capabilities.marks_sending else []
        assert context.marked == marked, "marks_sending and what was marked disagree"

    @pytest.mark.parametrize("fault", sorted(RAISED))
    async def test_a_fault_is_raised_by_its_name(self, fault: Fault, peer: Peer, channel: Channel) -> None:
        self.sends_or_skip(peer)
        if fault not in self.faults:
            pytest.skip(f"on this channel the other side never {fault}")
        peer.fail(fault)
        with pytest.raises(RAISED[fault]) as caught:
            await channel.send(builders.outbound())
        await channel.aclose()
        assert str(caught.value), "the error does not say what went wrong"

    # check and aclose

    async def test_check_finds_a_sound_channel_sound(
        self, peer: Peer, context: MemoryContext, channel: Channel
    ) -> None:
        if self.channel_type.receives(peer.config):
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

    def receives_or_skip(self, peer: Peer) -> None:
        assert len(self.samples) > 1, f"{type(self).__name__}.samples needs two messages"
        if not (self.channel_type.capabilities.receives and self.channel_type.receives(peer.config)):
            pytest.skip("this channel takes nothing in")

    def sends_or_skip(self, peer: Peer) -> None:
        if not (self.channel_type.capabilities.sends and self.channel_type.sends(peer.config)):
            pytest.skip("this channel sends nothing")

    async def at_work(self, context: MemoryContext) -> None:
        """Returns when what is offered from now on must be taken in. To be overridden by a channel that begins
        with what comes after its first login."""

    @contextlib.asynccontextmanager
    async def running(self, channel: Channel, context: MemoryContext) -> AsyncIterator[None]:
        """The channel at work, begun again after the errors that the daemon begins it again after."""

        async def supervise() -> None:
            while True:
                try:
                    return await channel.receive()
                except (Unavailable, StoreUnavailable):
                    await asyncio.sleep(0.05)

        task = asyncio.ensure_future(supervise())
        try:
            await self.at_work(context)
            yield
            if task.done():
                task.result()
                pytest.fail("receive ended by itself")
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=5)
            await channel.aclose()


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a message, with its place."""
    if isinstance(value, str):
        yield path, value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _texts(getattr(value, field.name), f"{path}.{field.name}".lstrip("."))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts((key, inner), f"{path}[{key!r}]")
    elif isinstance(value, tuple | list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{index}]")


_watching: list[str] | None = None
_hooked = False


@contextlib.contextmanager
def _watched() -> Iterator[list[str]]:
    """What the process does to the network, to other processes and to files that it writes, as Python audits it."""
    global _watching, _hooked
    if not _hooked:
        sys.addaudithook(_audit)  # there is no way to take one off again
        _hooked = True
    seen = _watching = []
    try:
        yield seen
    finally:
        _watching = None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching is None:
        return
    touches = event.startswith(("socket.", "subprocess.", "os.mkdir", "os.remove", "os.rename"))
    if event == "open" and len(arguments) > 1:
        mode = arguments[1]  # bytecode is written when something is imported for the first time
        touches = isinstance(mode, str) and any(c in mode for c in "wax+") and ".pyc" not in str(arguments[0])
    if touches and event != "socket.__new__":
        _watching.append(event)
