"""The destination of notifications: the channel that the agent prefers, or mail if that channel cannot send."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from ...i18n import Phrases, _, preferred
from ..agents.model import Agent
from ..agents.repository import Agents
from ..kernel.settings import Settings
from ..kernel.unit import Unit
from ..messages.channels import ChannelInfo, Channels
from ..messages.reply import new_message_id
from .model import NotificationContent, OutboxEntry, OutboxKind, OutboxState
from .repository import Outbox

#: The last line of notifications through other channels than mail, where an answer looks like a customer's message.
_FOOT = Phrases({"foot": _("An answer to this message does not reach the customer: deskctl reply NUMBER")})


class Destination(NamedTuple):
    """The channel and address of an agent's notifications."""

    channel: ChannelInfo
    address: str

    @property
    def brief(self) -> bool:
        """True if the channel splits long messages into several."""
        return self.channel.conversational


def destination(settings: Settings, agent: Agent) -> Destination | None:
    """Return the destination of an agent's notifications; None if the agent cannot be notified."""
    return next(_destinations(settings, agent), None) if agent.active else None


def _destinations(settings: Settings, agent: Agent) -> Iterator[Destination]:
    """Yield possible destinations, without the desk's own addresses: a message to them would return as a ticket."""
    name, _, address = agent.reach.notify.partition(":")
    channels = settings.of(Channels)
    channel, notifier = channels.channels.get(name), channels.notifier
    if channel is not None and channel.sends and not channels.owns(address):
        yield Destination(channel, address)
    if notifier is not None and not channels.owns(agent.email):
        yield Destination(notifier, agent.email)


def compose(
    unit: Unit,
    agent: Agent,
    through: Destination,
    subject: str,
    text: str,
    ticket: int | None,
    shown: NotificationContent | None,
    wait: timedelta = timedelta(),
) -> OutboxEntry:
    """Return the notification as an entry for the outbox, due after `wait`."""
    settings, channel = unit.settings, through.channel
    language = preferred(settings.language)
    return OutboxEntry(
        id=unit.source.next_id("outbox"),
        kind=OutboxKind.NOTIFICATION,
        channel=channel.name,
        message_id=new_message_id(unit, channel),
        to=(through.address,),
        subject=subject,
        text=text if channel.kind == "email" else f"{subject}\n\n{text}\n{_FOOT('foot', language)}",
        created_at=unit.now,
        due_at=unit.now + wait,
        ticket=ticket,
        sender_name=settings.name,
        sender_address=channel.address,
        language=language,
        automatic=True,
        agent=agent.handle,
        shown=shown,
    )


def resend_by_mail(unit: Unit, entry: OutboxEntry) -> None:
    """Send a notification again by mail if it failed or its delivery is uncertain; a duplicate is acceptable."""
    agent = Agents.of(unit).agents.get(entry.agent or "")
    channel = unit.settings.of(Channels).notifier
    if (
        entry.kind is not OutboxKind.NOTIFICATION
        or entry.state not in (OutboxState.FAILED, OutboxState.UNCERTAIN)
        or agent is None
        or not agent.active
        or channel is None
        or unit.settings.of(Channels).owns(agent.email)
        or entry.to == (agent.email,)
    ):
        return
    text = entry.text.removeprefix(f"{entry.subject}\n\n")
    for foot in _FOOT.everywhere("foot"):
        text = text.removesuffix(f"\n{foot}")
    Outbox.of(unit).add(
        compose(unit, agent, Destination(channel, agent.email), entry.subject, text, entry.ticket, entry.shown)
    )
