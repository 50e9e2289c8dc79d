"""The tests that every channel and every automation passes. An author subclasses one and brings the other side.

    class TestPigeon(ChannelContract):
        channel_type = PIGEON
        samples = (b"coo", b"coo coo")

        def raw(self, text):
            return text.encode("utf-8", "replace")

        @pytest.fixture
        def peer(self, tmp_path):
            with Loft(tmp_path) as loft:
                yield loft

What a channel does not do is declared (`sends = False`, `faults`, `absent`), and skipped with those words.
Needs pytest and pytest-asyncio (`asyncio_mode = "auto"`); with hypothesis `parse` is given many more broken messages.
"""

from __future__ import annotations

from .automation import AutomationContract
from .channel import ChannelContract
from .ending import EndContract
from .parsing import ParseContract
from .peer import RAISED, Fault, Peer
from .receiving import ReceiveContract
from .sending import SendContract

__all__ = [
    "RAISED",
    "AutomationContract",
    "ChannelContract",
    "EndContract",
    "Fault",
    "ParseContract",
    "Peer",
    "ReceiveContract",
    "SendContract",
]
