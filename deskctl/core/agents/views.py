"""JSON documents of agents and teams (`docs/reference/json.md`)."""

from __future__ import annotations

from typing import TypedDict


class RoutingProfilePart(TypedDict):
    """The routing profile of an agent.

    `capacity` is by channel, `any` for all others; `moved` is the overloaded channel that the agent was moved to.
    """

    tier: str | None
    skills: list[str]
    channels: list[str]
    capacity: dict[str, int]
    surge: bool
    presence: str  # online, away or offline
    until: str | None
    moved: str | None


class NotificationPreferencesPart(TypedDict):
    """The notification preferences of an agent. `notify` is CHANNEL:ADDRESS, null for mail."""

    notify: str | None
    quiet: str | None
    timezone: str | None
    urgent_anyway: bool


class AgentRow(RoutingProfilePart, NotificationPreferencesPart):
    """An agent. `load` is the number of new and open tickets by channel."""

    handle: str
    name: str
    email: str
    teams: list[str]
    login: str | None
    active: bool
    signature: str
    open: int  # tickets assigned and not solved
    load: dict[str, int]


class RoutingPlanPart(TypedDict):
    """The routing plan of a team. Durations are in seconds."""

    route: str
    tiers: list[str]
    model: str
    cap_per_tick: int
    tick: int
    relax_after: int | None
    weights: dict[str, int]
    surge_queue: dict[str, int]
    surge_wait: dict[str, int]


class TeamRow(RoutingPlanPart):
    """A team. `open` is the number of its tickets that are not solved."""

    handle: str
    name: str
    agents: list[str]
    signature: str
    open: int
