"""Parse and check the notification preferences of agents."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import Refused, UsageError
from ...i18n import _
from ..agents import commands as agent_commands
from ..agents.model import Agent, NotificationPreferences
from ..calendars.model import zone
from ..kernel.settings import Settings
from ..messages.channels import Channels
from ..values.suggestions import did_you_mean
from .quiet_hours import parse_quiet

_NOTHING = ("", "none", "never")
_MAIL = ("", "none", "mail", "email")
_LONGEST = 256


def changed_preferences(
    settings: Settings, reach: NotificationPreferences, command: agent_commands.ChangeAgent
) -> NotificationPreferences:
    """Return an agent's notification preferences with the changes of a command. Raises UsageError and Refused."""
    return NotificationPreferences(
        reach.notify if command.notify is None else _notify(settings, command.notify.strip()),
        reach.quiet if command.quiet is None else _quiet(command.quiet.strip()),
        reach.timezone if command.timezone is None else _zone(command.timezone.strip()),
        reach.waking if command.waking is None else command.waking,
    )


def _notify(settings: Settings, text: str) -> str:
    if text.lower() in _MAIL:
        return ""
    name, colon, address = (part.strip() for part in text.partition(":"))
    if not (name and colon and address) or not text.isprintable() or " " in address or len(text) > _LONGEST:
        raise UsageError(
            _('--notify: not CHANNEL:ADDRESS: "{text}"', text=text),
            _("use for example tg:123456, or mail for the agent's own address"),
        )
    if settings.of(Channels).owns(address):
        raise Refused(
            _("{address} is an address of the desk", address=address),
            _("a notification to it would return as a ticket; give another address"),
        )
    return f"{name}:{address}"


def _quiet(text: str) -> str:
    if text.lower() in _NOTHING:
        return ""
    parse_quiet(text)
    return " ".join(text.split())


def _zone(text: str) -> str | None:
    if not text:
        return None
    zone(text)
    return text


def remarks(settings: Settings, agent: Agent, command: agent_commands.ChangeAgent) -> Iterator[str]:
    """Yield warnings about preferences that are valid but probably a mistake."""
    name = agent.reach.notify.partition(":")[0]
    channel = settings.of(Channels).channels.get(name)
    if name and channel is None:
        yield _(
            "no channel is called {name}{suggestion}; until there is one, notifications are sent by mail",
            name=name,
            suggestion=did_you_mean(name, settings.of(Channels).channels),
        )
    elif name and channel is not None and not channel.sends:
        yield _("channel {name} cannot send; until it can, notifications are sent by mail", name=name)
    if command.timezone and command.quiet is None and not agent.reach.quiet:
        yield _(
            "a time zone without quiet hours has no effect: deskctl agent set {agent} --quiet 22:00-07:00",
            agent=agent.handle,
        )
