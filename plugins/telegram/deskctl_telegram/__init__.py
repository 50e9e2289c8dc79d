"""Telegram for deskctl: the plugin's hooks. Other modules are imported when they are first used."""

from __future__ import annotations

from collections.abc import Iterable

from deskctl.plugins import Capabilities, Channel, ChannelContext, ChannelType, Envelope, InboundMessage, hookimpl

from .config import TelegramConfig
from .messages import _


def _open(config: TelegramConfig, context: ChannelContext) -> Channel:
    from .channel import TelegramChannel

    return TelegramChannel(config, context)


def _parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    from .parse import parse

    return parse(raw, envelope)


@hookimpl
def deskctl_channels() -> Iterable[ChannelType]:
    return (
        ChannelType(
            kind="telegram",
            config=TelegramConfig,
            open=_open,
            parse=_parse,
            capabilities=Capabilities(marks_sending=True, conversational=True, choices=True),
            listens=lambda config: config.webhook is not None,
            description=_("A Telegram bot whose chats become tickets; uses long polling or a webhook"),
        ),
    )
