"""Notifications to agents."""

from __future__ import annotations

from ..kernel.feature import Feature, Reaction
from . import agent_notifications, approvals, digests, followers, notify, schedule

FEATURE = Feature(
    "notifications",
    handlers=notify.HANDLERS,
    reactions=(
        Reaction("tell_agents", agent_notifications.notify_agents),
        Reaction("tell_followers", followers.notify_followers),
        Reaction("tell_of_quarantine", agent_notifications.notify_of_quarantine),
        Reaction("tell_of_approvals", approvals.notify_of_approvals),
    ),
    timers={schedule.DIGEST: digests.fire},
)
