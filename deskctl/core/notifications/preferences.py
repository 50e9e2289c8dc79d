"""What agents wish: through what and when they are told things, as people set it up."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import Refused, UsageError
from ..agents import commands as admin
from ..agents.model import Agent
from ..calendars.model import zone
from ..kernel.settings import Settings
from ..values.suggestions import did_you_mean
from .model import Reach
from .quiet_hours import parse_quiet

_NOTHING = ("", "none", "never")
_MAIL = ("", "none", "mail", "email")
_LONGEST = 256


def wished(settings: Settings, reach: Reach, command: admin.ChangeAgent) -> Reach:
    """Raises UsageError and Refused."""
    return Reach(
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
        raise UsageError(f"--notify: “{text}” is no CHANNEL:ADDRESS", "as in tg:123456; mail is their own address")
    if settings.owns(address):
        raise Refused(f"{address} is the desk's own address", "what is sent there would come back as a ticket")
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


def remarks(settings: Settings, agent: Agent, command: admin.ChangeAgent) -> Iterator[str]:
    """What is allowed and yet probably not meant by what was asked for."""
    name = agent.reach.notify.partition(":")[0]
    channel = settings.channels.get(name)
    if name and (channel is None or not channel.sends):
        near = did_you_mean(name, settings.channels)
        what = f"there is no channel {name}{near}" if channel is None else f"nothing can be sent through {name}"
        yield f"{what}; until then they are told by mail"
    if command.timezone and command.quiet is None and not agent.reach.quiet:
        yield f"a time zone, but no quiet hours: deskctl agent set {agent.handle} --quiet 22:00-07:00"
