"""The channel `webhook`: signed JSON over HTTP in both directions. This module contains the hooks."""

from __future__ import annotations

from collections.abc import Iterable

from deskctl.plugins import Capabilities, ChannelType, hookimpl
from deskctl.plugins.automation import AutomationType

from .alerts import update_ticket
from .channel import WebhookChannel
from .config import WebhookConfig
from .parse import parse

WEBHOOK = ChannelType(
    kind="webhook",
    config=WebhookConfig,
    open=WebhookChannel,
    parse=parse,
    capabilities=Capabilities(marks_sending=True),
    sends=lambda config: config.url is not None,
    receives=lambda config: config.listen is not None,
    listens=lambda config: config.listen is not None,
    description="Signed JSON over HTTP: monitoring alerts, gateways for SMS and chats",
)

ALERTS = AutomationType(
    name="alerts",
    on=frozenset({"message_received"}),
    run=update_ticket,
    description="solves a ticket when its alert is resolved and reopens it when the alert fires again",
)


@hookimpl
def deskctl_channels() -> Iterable[ChannelType]:
    return (WEBHOOK,)


@hookimpl
def deskctl_automations() -> Iterable[AutomationType]:
    return (ALERTS,)
