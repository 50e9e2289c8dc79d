"""The whole contract of a channel."""

from __future__ import annotations

from .ending import EndContract
from .parsing import ParseContract
from .receiving import ReceiveContract
from .sending import SendContract


class ChannelContract(ParseContract, ReceiveContract, SendContract, EndContract):
    """What the daemon relies on. Each test is a promise of `deskctl.plugins.Channel`.

    To be brought: `channel_type`, `samples`, `raw` and the fixture `peer` (see `Peer`). To be declared where it
    differs: `receives`, `sends`, `faults`, `retry_after`, `largest`, `absent`.
    """
