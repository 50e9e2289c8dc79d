"""The plugin API. Plugins import from this package only.

from deskctl.plugins import ChannelType, hookimpl

@hookimpl
def deskctl_channels():
    return [ChannelType(kind="pigeon", config=Pigeon, open=PigeonChannel, parse=parse)]
"""

from __future__ import annotations

from ..config.durations import duration
from ..config.problems import Invalid, Remark
from ..config.secrets import Secret
from ..core.messages.model import (
    Automatic,
    Bounce,
    Choice,
    Confirmation,
    Envelope,
    FileRef,
    Forwarded,
    InboundMessage,
    IncomingFile,
    Intent,
    IntentKind,
    OutboundMessage,
    ReasonClass,
    RecipientReport,
)
from ..errors import ConfigError, DeskctlError, NotFound, Refused, TemporaryFailure, UsageError
from ..i18n import translator
from ..normalization import normalize
from .automation import (
    AutomationType,
    ChannelView,
    DeskView,
    Happening,
    PluginContext,
    SettingsView,
    Write,
    WriteContext,
)
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
from .erasure import ErasedPerson, EraseType
from .hookspecs import hookimpl
from .requests import PluginTables, RequestContext, RequestType
from .suggestion import Suggestion, SuggestionType, Words
from .ticket_action import ActionCall, ActionContext, ActionJob, ActionTicket, ActionType, Apply, RunJob
from .types import Endpoint
from .version import API_VERSION

__all__ = [
    "API_VERSION",
    "ActionCall",
    "ActionContext",
    "ActionJob",
    "ActionTicket",
    "ActionType",
    "Apply",
    "AuthFailed",
    "Automatic",
    "AutomationType",
    "Bounce",
    "Capabilities",
    "Channel",
    "ChannelContext",
    "ChannelType",
    "ChannelView",
    "Choice",
    "ConfigError",
    "Confirmation",
    "DeskView",
    "DeskctlError",
    "Endpoint",
    "Envelope",
    "EraseType",
    "ErasedPerson",
    "FileRef",
    "Forwarded",
    "Happening",
    "Health",
    "InboundMessage",
    "IncomingFile",
    "Intent",
    "IntentKind",
    "Invalid",
    "NotFound",
    "OutboundMessage",
    "Part",
    "PluginContext",
    "PluginTables",
    "ReasonClass",
    "Receipt",
    "RecipientReport",
    "Refused",
    "Rejected",
    "Remark",
    "RequestContext",
    "RequestType",
    "RunJob",
    "Secret",
    "SettingsView",
    "StoreUnavailable",
    "Suggestion",
    "SuggestionType",
    "TemporaryFailure",
    "TryLater",
    "Unavailable",
    "Uncertain",
    "UsageError",
    "Words",
    "Write",
    "WriteContext",
    "duration",
    "hookimpl",
    "normalize",
    "translator",
]
