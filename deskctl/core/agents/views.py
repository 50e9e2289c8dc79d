"""JSON documents of the feature agents (`docs/reference/json.md`)."""

from __future__ import annotations

from typing import TypedDict


class RoutingProfilePart(TypedDict):
    """What an agent can take. `capacity` by channel, `any` for all others; `moved`: a busy channel they help on."""

    tier: str | None
    skills: list[str]
    channels: list[str]
    capacity: dict[str, int]
    surge: bool
    presence: str  # online, away or offline
    until: str | None
    moved: str | None


class NotificationPreferencesPart(TypedDict):
    """Through what an agent is told things (CHANNEL:ADDRESS, null: mail), and when not."""

    notify: str | None
    quiet: str | None
    timezone: str | None
    urgent_anyway: bool


class AgentRow(RoutingProfilePart, NotificationPreferencesPart):
    """`load`: new and open tickets by channel."""

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
    """How a team's tickets are routed; lengths of time in seconds."""

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
    handle: str
    name: str
    agents: list[str]
    signature: str
    open: int
