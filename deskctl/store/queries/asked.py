"""What questions have in common: the moment as of which they are answered."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from ...core.moments import AHEAD_YEARS, parse_moment
from ...core.settings import Settings
from ...core.suggest import did_you_mean
from ...errors import NotFound, UsageError
from ..tables import agents, teams


def known_team(connection: Connection, handle: str) -> None:
    """Raises NotFound for a team that there is not."""
    known = list(connection.execute(select(teams.c.handle)).scalars())
    if handle not in known:
        raise NotFound(f"no team is called “{handle}”{did_you_mean(handle, known)}", "deskctl team list shows them")


def known_agent(connection: Connection, handle: str) -> None:
    """Raises UsageError for somebody who does not work here, as for a slip of the pen in `--as`."""
    known = list(connection.execute(select(agents.c.handle).where(agents.c.active)).scalars())
    if handle not in known:
        there = ", ".join(sorted(known)) or "none yet: deskctl agent add"
        raise UsageError(f"no agent is called “{handle}”{did_you_mean(handle, known)}", f"the agents are {there}")


def moment(now: str | None, settings: Settings) -> datetime:
    """The moment that somebody names, in the desk's time zone; None: this one. Raises UsageError."""
    at = datetime.now(UTC)
    if now is None:
        return at
    found = parse_moment(now, at, ZoneInfo(settings.timezone))
    if found.year - at.year > AHEAD_YEARS:
        raise UsageError(f"“{now}” is too far away", f"at most {AHEAD_YEARS} years ahead")
    return found
