"""Through what an agent is told: the channel they wish for, mail where that does not send."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from ...i18n import Phrases, _, preferred
from ..agents.model import Agent
from ..delivery.model import OutboxEntry, OutboxKind, OutboxState, Shown
from ..kernel.settings import ChannelInfo, Settings
from ..kernel.unit import Unit
from ..messages.reply import new_message_id

#: Below what is told through anything but mail: there an answer cannot be told from what a customer writes.
_FOOT = Phrases({"foot": _("An answer to this message does not reach the customer: deskctl reply NUMBER")})


class Way(NamedTuple):
    channel: ChannelInfo
    address: str

    @property
    def brief(self) -> bool:
        """Whether long messages would become many."""
        return self.channel.conversational


def way(settings: Settings, agent: Agent) -> Way | None:
    """None where an agent cannot be told anything."""
    return next(_ways(settings, agent), None) if agent.active else None


def _ways(settings: Settings, agent: Agent) -> Iterator[Way]:
    """What is sent to an address of the desk itself would come back as a customer's message."""
    name, _, address = agent.reach.notify.partition(":")
    channel = settings.channels.get(name)
    if channel is not None and channel.sends and not settings.owns(address):
        yield Way(channel, address)
    if settings.notifier is not None and not settings.owns(agent.email):
        yield Way(settings.notifier, agent.email)


def message(
    unit: Unit,
    agent: Agent,
    through: Way,
    subject: str,
    text: str,
    ticket: int | None,
    shown: Shown | None,
    wait: timedelta = timedelta(),
) -> OutboxEntry:
    """What is to be enqueued; it leaves after `wait`."""
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


def by_mail_instead(unit: Unit, entry: OutboxEntry) -> None:
    """A notification did not arrive, or it is not known: it is told by mail. To hear twice is better than never."""
    agent = unit.agents.get(entry.agent or "")
    channel = unit.settings.notifier
    if (
        entry.kind is not OutboxKind.NOTIFICATION
        or entry.state not in (OutboxState.FAILED, OutboxState.UNCERTAIN)
        or agent is None
        or not agent.active
        or channel is None
        or unit.settings.owns(agent.email)
        or entry.to == (agent.email,)
    ):
        return
    text = entry.text.removeprefix(f"{entry.subject}\n\n")
    for foot in _FOOT.everywhere("foot"):
        text = text.removesuffix(f"\n{foot}")
    unit.enqueue(message(unit, agent, Way(channel, agent.email), entry.subject, text, entry.ticket, entry.shown))
