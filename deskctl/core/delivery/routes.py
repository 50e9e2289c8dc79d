"""The channel of a reply, and the messages that the reply can refer to."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import NotFound, Refused
from ...i18n import _
from ..kernel.settings import Settings
from ..messages.channels import ChannelInfo, Channels
from ..messages.model import MessageKind
from ..messages.thread import MessageHead
from ..values.suggestions import did_you_mean


def customer_messages(heads: Sequence[MessageHead]) -> list[MessageHead]:
    """Return the messages that customers wrote, without automatic ones."""
    return [h for h in heads if h.kind is MessageKind.IN and h.automatic is None]


def has_messages_on(heads: Sequence[MessageHead], channel: ChannelInfo) -> bool:
    """Return True if a channel has messages from or to the customer."""
    return any(head.channel == channel.name and head.kind is not MessageKind.NOTE for head in heads)


def referable_messages(settings: Settings, channel: ChannelInfo, heads: Sequence[MessageHead]) -> list[MessageHead]:
    """Return the messages that a reply on a channel can refer to: those of the channel; for mail, of all mailboxes."""
    if channel.conversational:
        return [head for head in heads if head.channel == channel.name]
    kinds = {name: info.kind for name, info in settings.of(Channels).channels.items()}
    return [head for head in heads if kinds.get(head.channel, channel.kind) == channel.kind]


def reply_channel(
    settings: Settings, ticket: int, home: str, heads: Sequence[MessageHead], via: str | None
) -> ChannelInfo:
    """Return the channel `via`, else the channel of the customer's last message, else the ticket's (`home`).

    Raises NotFound and Refused.
    """
    if via is not None:
        channel = settings.of(Channels).channel(via)
        if channel is None:
            raise NotFound(
                _(
                    'no channel is called "{channel}"{suggestion}',
                    channel=via,
                    suggestion=did_you_mean(via, settings.of(Channels).channels),
                ),
                _("the channels are {channels}", channels=", ".join(settings.of(Channels).channels)),
            )
        return _checked_channel(settings, ticket, channel)
    for head in reversed(customer_messages(heads)):
        spoken = settings.of(Channels).channel(head.channel)
        if head.verified and spoken is not None and spoken.sends:
            return spoken
    channel = settings.of(Channels).channel(home)
    if channel is None:
        raise Refused(
            _("channel {channel} is no longer configured", channel=home),
            _("deskctl channel list shows the configured channels"),
        )
    return _checked_channel(settings, ticket, channel)


def _checked_channel(settings: Settings, ticket: int, channel: ChannelInfo) -> ChannelInfo:
    """Return the channel. Raises Refused if it cannot send."""
    if channel.sends:
        return channel
    others = [name for name, info in settings.of(Channels).channels.items() if info.sends and name != channel.name]
    raise Refused(
        _("nothing can be sent: channel {channel} has no smtp in the configuration", channel=channel.name)
        if channel.kind == "email"
        else _("nothing can be sent: channel {channel} cannot send replies", channel=channel.name),
        _(
            "deskctl note {ticket} records a note; deskctl reply {ticket} --via {channel} sends a reply",
            ticket=ticket,
            channel=others[0],
        )
        if others
        else _("deskctl note {ticket} records a note", ticket=ticket),
    )
