"""The events that the automation wants. Importing this module is cheap, because the desk asks for each event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deskctl.plugins import Happening, SettingsView


def wants(happening: Happening, settings: SettingsView) -> bool:
    """Return True for a first message, an inserted article, a reopened ticket, and a choice of the customer."""
    facts = happening.facts
    match happening.kind:
        case "message_received":
            return opens_ticket(facts)
        case "reply_added":
            return bool(inserted_articles(facts))
        case "status_changed":
            return facts.get("old") == "solved" and facts.get("new") == "open"
        case _:
            return True


def opens_ticket(facts: Mapping[str, Any]) -> bool:
    """Return True if a person's message opened a ticket."""
    return facts.get("matched") == "new" and facts.get("automatic") is None


def inserted_articles(facts: Mapping[str, Any]) -> list[int]:
    """Return the articles that a reply contains."""
    references = [str(reference) for reference in facts.get("inserted", ())]
    return [int(r[3:]) for r in references if r.startswith("kb:") and r[3:].isdecimal()]
