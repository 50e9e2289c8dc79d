"""Everything that a plugin may use. Plugins import from here and from nowhere else in deskctl.

from deskctl.plugins import ChannelType, hookimpl

@hookimpl
def deskctl_channels():
    return [ChannelType(kind="pigeon", config=Pigeon, open=PigeonChannel, parse=parse)]
"""

from __future__ import annotations

from ..config.durations import duration
from ..config.problems import Invalid, Remark
from ..config.secrets import Secret
from ..core.messages import (
    Automatic,
    Bounce,
    Choice,
    Envelope,
    FileRef,
    Forwarded,
    InboundMessage,
    IncomingFile,
    Intent,
    IntentKind,
    OutboundMessage,
)
from ..errors import ConfigError, DeskctlError, NotFound, Refused, TemporaryFailure, UsageError
from .channel import (
    AuthFailed,
    Capabilities,
    Channel,
    ChannelContext,
    ChannelType,
    Health,
    Part,
    Receipt,
    Rejected,
    StoreUnavailable,
    TryLater,
    Unavailable,
    Uncertain,
)
from .hookspecs import hookimpl
from .types import Endpoint

__all__ = [
    "AuthFailed",
    "Automatic",
    "Bounce",
    "Capabilities",
    "Channel",
    "ChannelContext",
    "ChannelType",
    "Choice",
    "ConfigError",
    "DeskctlError",
    "Endpoint",
    "Envelope",
    "FileRef",
    "Forwarded",
    "Health",
    "InboundMessage",
    "IncomingFile",
    "Intent",
    "IntentKind",
    "Invalid",
    "NotFound",
    "OutboundMessage",
    "Part",
    "Receipt",
    "Refused",
    "Rejected",
    "Remark",
    "Secret",
    "StoreUnavailable",
    "TemporaryFailure",
    "TryLater",
    "Unavailable",
    "Uncertain",
    "UsageError",
    "duration",
    "hookimpl",
]
