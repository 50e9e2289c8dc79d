"""What the parts of the channel contract share: the declarations, the fixtures, a channel at work."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import ClassVar

import pytest

from ...plugins import Channel, ChannelType, StoreUnavailable, Unavailable
from ..fakes import MemoryContext
from .peer import RAISED, Fault, Peer


class Declared:
    """What an author says of a channel, and brings for its tests."""

    channel_type: ClassVar[ChannelType]
    samples: ClassVar[tuple[bytes, ...]] = ()
    """Real messages of this channel, each different; two at least where it receives."""
    receives: ClassVar[bool] = True
    """Whether `receive` takes messages in with the configuration of `peer`."""
    sends: ClassVar[bool] = True
    """Whether answers leave with the configuration of `peer`."""
    recipient: ClassVar[str] = "ana@example.org"
    """Somebody to send to, as this channel names people."""
    faults: ClassVar[frozenset[Fault]] = frozenset(RAISED)
    """Those that can happen on this channel when something is sent."""
    retry_after: ClassVar[float | None] = None
    """The seconds that `peer` names when it is busy, as in `Retry-After`; None where it names none."""
    largest: ClassVar[int | None] = None
    """Bytes of the largest message that is taken in; None where the channel has no limit below 16 MB."""
    absent: ClassVar[Mapping[str, str]] = {}
    """Promises that cannot be put to the test here, by name of the test, each with the reason."""
    seconds: ClassVar[float] = 20
    """How long anything may take."""

    def raw(self, text: str) -> bytes:
        """A message of this channel in which a customer says `text`, written as its other side writes it.

        `text` may hold anything: NUL, lone surrogates (which UTF-8 has no bytes for: replace them), ten megabytes.
        """
        pytest.fail(f"{type(self).__name__} must bring raw(text): a message of this channel that says `text`")

    async def at_work(self, context: MemoryContext) -> None:
        """Returns when what is offered from now on must be taken in. To be overridden by a channel that begins
        with what comes after its first login, and by one that listens."""

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

    @pytest.fixture(autouse=True)
    def _absent(self, request: pytest.FixtureRequest) -> None:
        """Skip what the author declared to be impossible; what was declared and is no test is a mistake."""
        unknown = sorted(name for name in self.absent if not hasattr(self, name))
        assert not unknown, f"`absent` names what is no test of the contract: {', '.join(unknown)}"
        name = getattr(request.node, "originalname", None) or request.node.name
        if name in self.absent:
            pytest.skip(self.absent[name])

    def receives_or_skip(self) -> None:
        if not self.receives:
            pytest.skip("declared: receives = False")
        assert len(self.samples) > 1, f"{type(self).__name__}.samples needs two messages"

    def sends_or_skip(self) -> None:
        if not self.sends:
            pytest.skip("declared: sends = False")

    def faults_or_skip(self, fault: Fault) -> None:
        self.sends_or_skip()
        if fault not in self.faults:
            pytest.skip(f"declared by `faults`: on this channel the other side never {fault}")

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
