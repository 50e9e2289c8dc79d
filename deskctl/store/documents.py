"""Convert agent profiles, routing plans and notification contents to JSON documents, which omit default values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import timedelta
from typing import Any

from ..core.agents.model import NotificationPreferences
from ..core.agents.routing_profile import Model, RoutingPlan, RoutingProfile, Strategy
from ..core.delivery.model import Delivery, NotificationContent
from .encoding import clean, from_json, maybe_clean, to_json


def seat_json(seat: RoutingProfile) -> str | None:
    """Return the document of a seat; None for the default."""
    return _without_defaults(seat, RoutingProfile())


def seat(stored: str | None) -> RoutingProfile:
    if not stored:
        return RoutingProfile()
    known = from_json(stored)
    known["skills"] = frozenset(known.get("skills", ()))
    known["channels"] = tuple(known.get("channels", ()))
    return RoutingProfile(**known)


def reach_json(reach: NotificationPreferences) -> str | None:
    return _without_defaults(reach, NotificationPreferences())


def reach(stored: str | None) -> NotificationPreferences:
    return NotificationPreferences(**from_json(stored)) if stored else NotificationPreferences()


def plan_json(plan: RoutingPlan) -> str | None:
    return _without_defaults(plan, RoutingPlan())


def plan(stored: str | None) -> RoutingPlan:
    if not stored:
        return RoutingPlan()
    known = from_json(stored)
    convert: dict[str, Any] = {
        "strategy": Strategy,
        "model": Model,
        "tiers": tuple,
        "tick": _seconds,
        "relax_after": lambda value: None if value is None else _seconds(value),
        "surge_wait": lambda value: {channel: _seconds(length) for channel, length in value.items()},
    }
    return RoutingPlan(**{name: convert.get(name, lambda it: it)(value) for name, value in known.items()})


def shown_json(shown: NotificationContent | None) -> str | None:
    """Return the document of the content that a notification shows; None for other entries."""
    return None if shown is None else to_json([shown.messages, shown.top, shown.edited, shown.tickets])


def shown(stored: str | None) -> NotificationContent | None:
    if not stored:
        return None
    messages, top, edited, tickets = from_json(stored)
    return NotificationContent(
        tuple((m, v) for m, v in messages), top, tuple((m, v) for m, v in edited), tuple(tickets)
    )


def addresses_json(addresses: Iterable[str]) -> str | None:
    """Return a JSON list; None for an empty one, the usual case."""
    items = list(addresses)
    return to_json(items) if items else None


def addresses(stored: str | None) -> tuple[str, ...]:
    return tuple(from_json(stored)) if stored else ()


def deliveries_json(deliveries: Iterable[Delivery]) -> str | None:
    """Return a JSON list; None while there is no delivery report, the usual case."""
    rows = [
        [clean(d.address), d.state, maybe_clean(d.status), d.reason_class, maybe_clean(d.reason)] for d in deliveries
    ]
    return to_json(rows) if rows else None


def deliveries(stored: str | None) -> tuple[Delivery, ...]:
    return tuple(Delivery(*one) for one in from_json(stored)) if stored else ()


def _without_defaults(value: Any, default: Any) -> str | None:
    """Return the document of the fields of a dataclass that differ from the default; None if none does."""
    values = {field.name: getattr(value, field.name) for field in fields(value)}
    changed = {name: _plain(each) for name, each in values.items() if each != getattr(default, name)}
    return to_json(changed) if changed else None


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, str):
        return clean(str(value))
    if isinstance(value, frozenset):
        return sorted(map(clean, value))
    if isinstance(value, dict):
        return {clean(key): _plain(item) for key, item in sorted(value.items())}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _seconds(value: float) -> timedelta:
    return timedelta(seconds=value)
