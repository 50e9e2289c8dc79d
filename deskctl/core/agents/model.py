"""Agents and teams."""

from __future__ import annotations

from dataclasses import field

from ...dataclass import dataclass
from ..kernel.actor import Actor
from .routing_profile import RoutingPlan, RoutingProfile


@dataclass(frozen=True, slots=True)
class NotificationPreferences:
    """An agent's notification preferences.

    `notify` is CHANNEL:ADDRESS; "" is mail. `quiet` is the text of the quiet hours, see `parse_quiet`. They are in
    `timezone` (an IANA name, None for the desk's time zone). If `waking`, urgent notifications are also sent in quiet
    hours.
    """

    notify: str = ""
    quiet: str = ""
    timezone: str | None = None
    waking: bool = True


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent of the desk. `handle` is the unique name, `login` the name of the agent's system user.

    `seat` and `reach` are field names that stored events contain; they cannot be renamed.
    """

    handle: str
    name: str
    email: str
    teams: frozenset[str] = frozenset()
    login: str | None = None
    active: bool = True
    signature: str = ""
    seat: RoutingProfile = field(default_factory=RoutingProfile)
    reach: NotificationPreferences = field(default_factory=NotificationPreferences)


@dataclass(frozen=True, slots=True)
class Team:
    """A team of agents. `handle` is the unique name; `signature` is appended to the replies of its agents."""

    handle: str
    name: str
    signature: str = ""
    plan: RoutingPlan = field(default_factory=RoutingPlan)


#: The viewer of queries that the desk itself runs. It may see everything.
DESK = Actor.system("desk")
