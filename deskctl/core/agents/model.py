"""The people of a desk: agents and their teams, contacts and the addresses they are reached at."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..kernel.actor import Actor
from .routing_profile import RoutingPlan, RoutingProfile


@dataclass(frozen=True, slots=True)
class NotificationPreferences:
    """An agent's notification preferences.

    `notify` is CHANNEL:ADDRESS; "" is mail. `quiet` are the quiet hours, as `parse_quiet` reads them, in `timezone`
    (IANA); None is the desk's. `waking`: urgent notifications are sent in quiet hours too.
    """

    notify: str = ""
    quiet: str = ""
    timezone: str | None = None
    waking: bool = True


@dataclass(frozen=True, slots=True)
class Agent:
    """Someone who works at the desk. `handle` names them everywhere; `login` is their system user."""

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
    handle: str
    name: str
    signature: str = ""
    plan: RoutingPlan = field(default_factory=RoutingPlan)


#: The viewer of a question that the desk itself asks. It sees everything.
DESK = Actor.system("desk")
