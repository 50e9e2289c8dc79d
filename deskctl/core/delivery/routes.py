"""The channel that a reply leaves through, and the messages that it can refer to."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import NotFound, Refused
from ..kernel.settings import ChannelInfo, Settings
from ..messages.model import MessageKind
from ..messages.thread import MessageHead
from ..values.suggestions import did_you_mean


def customer_messages(heads: Sequence[MessageHead]) -> list[MessageHead]:
    return [h for h in heads if h.kind is MessageKind.IN and h.automatic is None]


def has_messages_on(heads: Sequence[MessageHead], channel: ChannelInfo) -> bool:
    """Whether anything was said between customer and desk on a channel before."""
    return any(head.channel == channel.name and head.kind is not MessageKind.NOTE for head in heads)


def referable_messages(settings: Settings, channel: ChannelInfo, heads: Sequence[MessageHead]) -> list[MessageHead]:
    """The messages that an answer on a channel can refer to: its own; of mail, those of other mailboxes, too."""
    if channel.conversational:
        return [head for head in heads if head.channel == channel.name]
    kinds = {name: info.kind for name, info in settings.channels.items()}
    return [head for head in heads if kinds.get(head.channel, channel.kind) == channel.kind]


def reply_channel(
    settings: Settings, ticket: int, home: str, heads: Sequence[MessageHead], via: str | None
) -> ChannelInfo:
    """The channel named, else the one on which the customer spoke last, else the ticket's (`home`).

    Raises NotFound, Refused.
    """
    if via is not None:
        channel = settings.channel(via)
        if channel is None:
            names = ", ".join(settings.channels)
            raise NotFound(
                f"there is no channel “{via}”{did_you_mean(via, settings.channels)}", f"the channels are {names}"
            )
        return _checked_channel(settings, ticket, channel)
    for head in reversed(customer_messages(heads)):
        spoken = settings.channel(head.channel)
        if head.verified and spoken is not None and spoken.sends:
            return spoken
    channel = settings.channel(home)
    if channel is None:
        raise Refused(f"channel {home} is no longer configured", "deskctl channel list shows those that are")
    return _checked_channel(settings, ticket, channel)


def _checked_channel(settings: Settings, ticket: int, channel: ChannelInfo) -> ChannelInfo:
    if not channel.sends:
        what = "has no smtp in the configuration" if channel.kind == "email" else "carries no answers"
        others = [name for name, info in settings.channels.items() if info.sends and name != channel.name]
        other = f"; deskctl reply {ticket} --via {others[0]} sends" if others else ""
        raise Refused(f"nothing can be sent: channel {channel.name} {what}", f"deskctl note {ticket} records it{other}")
    return channel
