"""The email channel of deskctl: plugin hooks only. Each hook imports its implementation on first use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from deskctl.plugins import Capabilities, Channel, ChannelContext, ChannelType, Envelope, InboundMessage, hookimpl

from .messages import _

if TYPE_CHECKING:
    from .config import EmailConfig


def _open(config: EmailConfig, context: ChannelContext) -> Channel:
    from .channel import EmailChannel

    return EmailChannel(config, context)


def _parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    from .parse import parse

    message = parse(raw, envelope)
    if envelope.recipients and "envelope-to" not in message.headers:
        # The envelope recipients give the address to reply from and may contain a plus-address.
        message = replace(message, headers={**message.headers, "envelope-to": ", ".join(envelope.recipients[:20])})
    return message


def _sends(config: EmailConfig) -> bool:
    return config.smtp is not None


def _receives(config: EmailConfig) -> bool:
    return config.listen is not None or config.imap is not None


def _listens(config: EmailConfig) -> bool:
    return config.listen is not None


def _action(name: str) -> Callable[[EmailConfig, ChannelContext, Mapping[str, Any]], Any]:
    def act(config: EmailConfig, context: ChannelContext, params: Mapping[str, Any]) -> Any:
        from .actions import ACTIONS

        return ACTIONS[name](config, context, params)

    return act


def _copies(config: EmailConfig) -> bool:
    return config.smtp is not None and config.imap is not None and bool(config.imap.sent)


def _authority(config: EmailConfig) -> str | None:
    """Return the default authority; only mail read from the provider's mailbox has passed through its servers."""
    from .oauth_provider import authentication_authority

    if config.imap is None or config.listen is not None:
        return None
    return authentication_authority(config.oauth.provider if config.oauth is not None else None, config.imap.host)


def _concurrency(config: EmailConfig) -> int:
    """Return more messages than connections, so that each connection always has a next one."""
    return (config.smtp.connections if config.smtp is not None else 1) + 3


def _plus(config: EmailConfig) -> bool:
    return config.plus


@hookimpl
def deskctl_channels() -> Iterable[ChannelType]:
    """Declare the channel type `email`."""
    from .config import EmailConfig

    return (
        ChannelType(
            kind="email",
            config=EmailConfig,
            open=_open,
            parse=_parse,
            capabilities=Capabilities(receives=True, sends=True, marks_sending=True),
            sends=_sends,
            receives=_receives,
            copies=_copies,
            plus=_plus,
            authority=_authority,
            listens=_listens,
            concurrency=_concurrency,
            actions={n: _action(n) for n in ("verify", "import", "resume", "begin_consent", "finish_consent")},
            description=_("Email: receive from an IMAP mailbox, an SMTP or LMTP listener or a pipe; send through SMTP"),
        ),
    )
