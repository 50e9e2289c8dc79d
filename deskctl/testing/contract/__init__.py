"""The contract tests for channels, automations and actions.

Subclass one, for a channel with a peer, the other side of the channel:

    class TestPigeon(ChannelContract):
        channel_type = PIGEON
        samples = (b"coo", b"coo coo")

        def raw(self, text):
            return text.encode("utf-8", "replace")

        @pytest.fixture
        def peer(self, tmp_path):
            with Loft(tmp_path) as loft:
                yield loft

Declare what a channel does not do (`sends = False`, `faults`, `absent`); the tests for it are skipped with that reason.
The tests need pytest and pytest-asyncio (`asyncio_mode = "auto"`); with hypothesis, `parse` is tested with many more
malformed messages.
"""

from __future__ import annotations

from .action import ActionContract
from .automation import AutomationContract
from .channel import ChannelContract
from .ending import EndContract
from .parsing import ParseContract
from .peer import RAISED, Fault, Peer
from .receiving import ReceiveContract
from .sending import SendContract

__all__ = [
    "RAISED",
    "ActionContract",
    "AutomationContract",
    "ChannelContract",
    "EndContract",
    "Fault",
    "ParseContract",
    "Peer",
    "ReceiveContract",
    "SendContract",
]
