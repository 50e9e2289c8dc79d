"""Colours of states. They are the terminal's own colours, so they suit its background."""

from __future__ import annotations

_CODES = {
    "dim": "2",
    "bold": "1",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
    "found": "1;33",
    "customer": "1;36",
}

_STATUS = {"new": "cyan", "open": "green", "pending": "yellow", "hold": "yellow"}
_PRIORITY = {"urgent": "red", "high": "yellow", "low": "dim"}
_DELIVERY = {"sent": "green", "failed": "red", "uncertain": "red", "retry": "yellow", "quarantined": "red"}


#: Styles of clock states. A ticket has the state of its worst clock.
_CLOCK = {"breached": "red", "warned": "yellow", "fulfilled": "green", "paused": "dim"}


def paint(text: str, style: str) -> str:
    """Return `text` in a style. An empty style or an empty text adds no escape sequences."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if style and text else text


def status_style(status: str) -> str:
    return _STATUS.get(status, "dim")


def priority_style(priority: str) -> str:
    return _PRIORITY.get(priority, "")


def delivery_style(state: str) -> str:
    return _DELIVERY.get(state, "")


def clock_style(state: str | None) -> str:
    return _CLOCK.get(state or "", "")
