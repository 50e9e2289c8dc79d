"""The common base of the channel contract: declarations, fixtures, and a running channel."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import ClassVar

import pytest

from ...plugins import Channel, ChannelType, StoreUnavailable, Unavailable
from ..fakes import MemoryContext
from .peer import RAISED, Fault, Peer

#: The former names of renamed tests. Deprecated: use the new names in `absent`.
FORMER_NAMES: Mapping[str, str] = {
    "test_parse_reads_any_bytes": "test_parse_accepts_any_bytes",
    "test_parse_reads_broken_samples": "test_parse_accepts_damaged_samples",
    "test_parse_reads_whatever_comes": "test_parse_accepts_random_bytes",
    "test_parse_reads_what_people_should_not_write": "test_parse_accepts_hostile_text",
    "test_parse_reads_ten_megabytes": "test_parse_accepts_large_message",
    "test_parse_touches_nothing": "test_parse_does_no_io",
    "test_what_it_does_is_declared": "test_declarations_match_the_channel_type",
    "test_a_message_is_delivered_whole": "test_message_is_delivered_complete",
    "test_it_is_acknowledged_only_after_it_is_durable": "test_message_is_acknowledged_after_the_commit",
    "test_what_the_store_refuses_is_offered_again_under_its_key": "test_refused_message_is_offered_again",
    "test_a_crash_before_the_acknowledgement_brings_the_message_again_under_its_key": (
        "test_message_is_offered_again_after_a_crash"
    ),
    "test_every_message_arrives_once_in_whatever_order": "test_each_message_is_delivered_once_in_any_order",
    "test_a_restart_takes_nothing_in_again": "test_restart_delivers_no_message_again",
    "test_hostile_text_is_taken_in_and_holds_nothing_up": "test_hostile_text_is_delivered",
    "test_ten_megabytes_hold_nothing_up": "test_large_message_does_not_block_others",
    "test_what_is_sent_arrives": "test_sent_message_arrives",
    "test_a_fault_is_raised_by_its_name": "test_fault_raises_its_error",
    "test_a_busy_peer_is_given_the_time_that_it_asks_for": "test_busy_peer_sets_retry_after",
    "test_after_trying_later_it_arrives_once": "test_retried_message_arrives_once",
    "test_what_may_have_arrived_is_not_sent_again": "test_uncertain_message_is_not_sent_again",
    "test_hostile_text_is_sent_or_refused": "test_hostile_text_is_sent_or_rejected",
    "test_a_million_characters_are_sent_or_refused": "test_long_text_is_sent_or_rejected",
    "test_receive_ends_soon_when_it_is_cancelled": "test_receive_stops_when_cancelled",
    "test_a_stop_in_the_middle_loses_nothing_and_leaves_nothing": "test_stop_during_delivery_loses_no_message",
    "test_check_finds_a_sound_channel_sound": "test_check_passes_for_a_working_channel",
    "test_aclose_can_come_at_any_time_and_twice": "test_aclose_can_be_called_twice",
}


class Declared:
    """The declarations and fixtures that an author provides for the tests of a channel."""

    channel_type: ClassVar[ChannelType]
    samples: ClassVar[tuple[bytes, ...]] = ()
    """Different real messages of this channel; at least two if it receives."""
    receives: ClassVar[bool] = True
    """True if `receive` delivers messages with the configuration of `peer`."""
    sends: ClassVar[bool] = True
    """True if `send` works with the configuration of `peer`."""
    recipient: ClassVar[str] = "ana@example.org"
    """A recipient in the form of this channel."""
    faults: ClassVar[frozenset[Fault]] = frozenset(RAISED)
    """The faults that can occur on this channel during sending."""
    retry_after: ClassVar[float | None] = None
    """The seconds that `peer` asks to wait when it is busy, as in `Retry-After`; None if it names no time."""
    largest: ClassVar[int | None] = None
    """The largest message that the channel accepts, in bytes; None if it has no limit below 16 MB."""
    absent: ClassVar[Mapping[str, str]] = {}
    """Tests that cannot run for this channel, by name, each with the reason. Former names are accepted as well."""
    seconds: ClassVar[float] = 20
    """The longest time for a step of a test."""

    def raw(self, text: str) -> bytes:
        """Return the raw message of this channel in which a customer writes `text`.

        `text` can contain anything: NUL, lone surrogates (UTF-8 has no bytes for them, so replace them), ten megabytes.
        """
        pytest.fail(f"{type(self).__name__} must provide raw(text), a message of this channel with `text`")

    async def at_work(self, context: MemoryContext) -> None:
        """Wait until the channel must accept new messages.

        Override it for a channel that listens, and for one that ignores messages from before its first login.
        """

    @pytest.fixture
    def peer(self) -> Iterator[Peer]:
        """Return the other side, ready for the channel."""
        pytest.fail(f"{type(self).__name__} must provide the fixture `peer`")

    @pytest.fixture
    def context(self) -> MemoryContext:
        return MemoryContext("contract")

    @pytest.fixture
    def channel(self, peer: Peer, context: MemoryContext) -> Channel:
        return self.channel_type.open(peer.config, context)

    @pytest.fixture(autouse=True)
    def _absent(self, request: pytest.FixtureRequest) -> None:
        """Skip tests that the author declared as absent. Fail for a declared name that is not a test."""
        absent = {FORMER_NAMES.get(name, name): reason for name, reason in self.absent.items()}
        unknown = sorted(name for name in absent if not hasattr(self, name))
        assert not unknown, f"`absent` names no test of the contract: {', '.join(unknown)}"
        name = getattr(request.node, "originalname", None) or request.node.name
        if name in absent:
            pytest.skip(absent[name])

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
            pytest.skip(f"declared by `faults`: the peer never {fault}")

    @contextlib.asynccontextmanager
    async def running(self, channel: Channel, context: MemoryContext) -> AsyncIterator[None]:
        """Run the channel, and restart it after the errors after which the daemon restarts it."""

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
                pytest.fail("receive returned without being cancelled")
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=5)
            await channel.aclose()
