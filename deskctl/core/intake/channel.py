"""The channel of a received message."""

from __future__ import annotations

from ..kernel.unit import Unit
from ..messages.channels import ChannelInfo, Channels
from .commands import Receive


def channel_of(unit: Unit, command: Receive) -> ChannelInfo:
    """Return the channel; for one that was removed from the configuration while mail was in the journal, a mailbox."""
    return unit.settings.of(Channels).channel(command.channel) or ChannelInfo(command.channel, "email")
