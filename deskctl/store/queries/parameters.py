"""Check parameters that several queries share: existing names, and the time of the answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Connection, select

from ...core.kernel.settings import Settings
from ...core.messages.channels import BUILT_IN, Channels
from ...core.values.moments import AHEAD_YEARS, parse_moment
from ...core.values.suggestions import did_you_mean
from ...errors import NotFound, UsageError
from ...i18n import _
from ..tables import agents, teams, tickets


def known_team(connection: Connection, handle: str, settings: Settings) -> None:
    """Raise NotFound for a team that has no members, no tickets, and no channel in the configuration."""
    known = set(connection.execute(select(teams.c.handle)).scalars())
    known |= {channel.team for channel in settings.of(Channels).channels.values() if channel.team}
    if handle not in known and not is_used_by_ticket(connection, tickets.c.team, handle):
        raise NotFound(
            _('no team is called "{handle}"{suggestion}', handle=handle, suggestion=did_you_mean(handle, known)),
            _listed("team", known),
        )


def known_channel(connection: Connection, name: str, settings: Settings) -> None:
    """Raise NotFound for a channel that is not configured and that no ticket has."""
    known = {*settings.of(Channels).channels, *BUILT_IN}
    if name not in known and not is_used_by_ticket(connection, tickets.c.channel, name):
        raise NotFound(
            _('no channel is called "{name}"{suggestion}', name=name, suggestion=did_you_mean(name, known)),
            _listed("channel", known),
        )


def known_assignee(connection: Connection, handle: str) -> None:
    """Raise NotFound for an agent who does not exist; inactive agents exist."""
    known = list(connection.execute(select(agents.c.handle)).scalars())
    if handle not in known:
        raise NotFound(
            _('no agent is called "{handle}"{suggestion}', handle=handle, suggestion=did_you_mean(handle, known)),
            _listed("agent", known),
        )


def known_agent(connection: Connection, handle: str) -> None:
    """Raise UsageError for an agent who does not exist or is not active, as for a mistake in `--as`."""
    known = list(connection.execute(select(agents.c.handle).where(agents.c.active)).scalars())
    if handle not in known:
        there = ", ".join(sorted(known)) or "none yet: deskctl agent add"
        raise UsageError(
            _('no agent is called "{handle}"{suggestion}', handle=handle, suggestion=did_you_mean(handle, known)),
            _("the agents are {there}", there=there),
        )


def is_used_by_ticket(connection: Connection, column: Column[Any], value: str) -> bool:
    """Return True if a column of a ticket has this value."""
    return connection.execute(select(column).where(column == value).limit(1)).first() is not None


def _listed(what: str, known: Iterable[str]) -> str:
    names = ", ".join(sorted(known))
    return f"the {what}s are {names}" if names else f"deskctl {what} list shows them"


def moment(now: str | None, settings: Settings) -> datetime:
    """Return the given time, in the desk's time zone; None is the current time. Raises UsageError."""
    at = datetime.now(UTC)
    if now is None:
        return at
    found = parse_moment(now, at, ZoneInfo(settings.timezone))
    if found.year - at.year > AHEAD_YEARS:
        raise UsageError(
            _('too far in the future: "{now}"', now=now),
            _("at most {ahead_years} years ahead", ahead_years=AHEAD_YEARS),
        )
    return found
