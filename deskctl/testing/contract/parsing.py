"""The requirements of `ChannelType.parse` and `ChannelType.open`."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ...plugins import InboundMessage
from .. import builders
from ..fakes import MemoryContext
from .base import Declared
from .hostile import HUGE, NASTY, TEXTS
from .peer import Peer
from .watching import watched

#: Seconds to parse ten megabytes; later messages wait meanwhile.
PARSE_SECONDS = 20.0
_SURROGATE = re.compile("[\ud800-\udfff]")


class ParseContract(Declared):
    """`parse` is total and pure, and returns plain text."""

    @pytest.mark.parametrize("raw", NASTY, ids=range(len(NASTY)))
    def test_parse_accepts_any_bytes(self, raw: bytes) -> None:
        self.parses(raw)

    def test_parse_accepts_damaged_samples(self) -> None:
        for sample in self.samples:
            self.parses(sample)
            self.parses(sample[: len(sample) // 2])
            self.parses(sample.replace(b"\n", b"\0") + b"\0\xff")

    def test_parse_accepts_random_bytes(self) -> None:
        hypothesis = pytest.importorskip("hypothesis")
        anything = hypothesis.strategies.binary(max_size=400)
        pieces = hypothesis.strategies.sampled_from((*self.samples, *NASTY))
        mixed = hypothesis.strategies.tuples(pieces, anything)
        anything = anything | mixed.map(b"".join) | mixed.map(lambda pair: pair[1] + pair[0])
        settings = hypothesis.settings(deadline=None, max_examples=100)
        settings(hypothesis.given(anything)(self.parses))()

    @pytest.mark.parametrize("what", TEXTS)
    def test_parse_accepts_hostile_text(self, what: str) -> None:
        self.receives_or_skip()
        self.parses(self.raw(TEXTS[what]))

    def test_parse_accepts_large_message(self) -> None:
        self.receives_or_skip()
        raw = self.raw(HUGE)
        start = time.monotonic()
        self.is_plain(self.channel_type.parse(raw, builders.envelope(size=None)))
        elapsed = time.monotonic() - start
        assert elapsed < PARSE_SECONDS, f"parse took {elapsed:.0f} s for {len(raw)} bytes"

    def test_parse_does_no_io(self) -> None:
        for raw in (*self.samples, *NASTY):
            with watched() as seen:
                self.channel_type.parse(raw, builders.envelope(size=None))
            assert seen == [], f"parse did I/O: {seen}"

    def test_open_does_no_io(self, peer: Peer, context: MemoryContext) -> None:
        with watched() as seen:
            self.channel_type.open(peer.config, context)
        assert seen == [], f"open did I/O: {seen}"

    def test_declarations_match_the_channel_type(self, peer: Peer) -> None:
        can = self.channel_type.capabilities
        receives = can.receives and self.channel_type.receives(peer.config)
        sends = can.sends and self.channel_type.sends(peer.config)
        assert self.receives == receives, f"declare receives = {receives}, as in the channel type for this peer"
        assert self.sends == sends, f"declare sends = {sends}, as in the channel type for this peer"

    def parses(self, raw: bytes) -> None:
        envelope = builders.envelope(size=None)
        first = self.channel_type.parse(raw, envelope)
        self.is_plain(first)
        assert self.channel_type.parse(raw, envelope) == first, "parse returned a different message the second time"

    def is_plain(self, message: InboundMessage) -> None:
        assert isinstance(message, InboundMessage), f"parse returned a {type(message).__name__}"
        for field, text in texts(message):
            assert "\0" not in text, f"{field} contains a NUL"
            assert not _SURROGATE.search(text), f"{field} contains a lone surrogate"
        assert "\n" not in message.subject, "the subject has several lines"
        assert message.digest, "the digest is empty"
        if message.sent_at is not None:
            assert message.sent_at.tzinfo is not None, "sent_at has no time zone"


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Return the path and value of each text in a message."""
    if isinstance(value, str):
        yield path, value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name), f"{path}.{field.name}".lstrip("."))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from texts((key, inner), f"{path}[{key!r}]")
    elif isinstance(value, tuple | list):
        for index, inner in enumerate(value):
            yield from texts(inner, f"{path}[{index}]")
