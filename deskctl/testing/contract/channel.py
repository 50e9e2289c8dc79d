"""The complete contract of a channel."""

from __future__ import annotations

from .ending import EndContract
from .parsing import ParseContract
from .receiving import ReceiveContract
from .sending import SendContract


class ChannelContract(ParseContract, ReceiveContract, SendContract, EndContract):
    """Tests for the requirements of `deskctl.plugins.Channel`, on which the daemon relies.

    Provide `channel_type`, `samples`, `raw` and the fixture `peer` (see `Peer`). Declare `receives`, `sends`, `faults`,
    `retry_after`, `largest` and `absent` if they differ from the defaults.
    """
