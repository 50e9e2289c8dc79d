"""The channel `pigeon`: messages and replies are files. This module contains the hooks."""

from __future__ import annotations

from collections.abc import Iterable

from deskctl.plugins import ChannelType, hookimpl

from .channel import PigeonChannel
from .config import PigeonConfig
from .parse import parse

PIGEON = ChannelType(
    kind="pigeon",
    config=PigeonConfig,
    open=PigeonChannel,
    parse=parse,
    description="JSON files in a folder are messages, replies become files",
)


@hookimpl
def deskctl_channels() -> Iterable[ChannelType]:
    return (PIGEON,)
