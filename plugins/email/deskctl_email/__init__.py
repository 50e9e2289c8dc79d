"""Email for deskctl. The hooks, and nothing else: what they name is imported when it is used."""

from __future__ import annotations

from collections.abc import Iterable

from deskctl.plugins import Capabilities, Channel, ChannelContext, ChannelType, Envelope, InboundMessage, hookimpl

from .config import EmailConfig


def _open(config: EmailConfig, context: ChannelContext) -> Channel:
    from .channel import EmailChannel

    return EmailChannel(config, context)


def _parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    from .parse import parse

    return parse(raw, envelope)


def _sends(config: EmailConfig) -> bool:
    return config.smtp is not None


def _receives(config: EmailConfig) -> bool:
    return config.listen is not None or config.imap is not None


@hookimpl
def deskctl_channels() -> Iterable[ChannelType]:
    return (
        ChannelType(
            kind="email",
            config=EmailConfig,
            open=_open,
            parse=_parse,
            capabilities=Capabilities(receives=True, sends=True, marks_sending=True),
            sends=_sends,
            receives=_receives,
            description="Mail: from an IMAP mailbox, an SMTP or LMTP listener or a pipe; answers through an SMTP relay",
        ),
    )
