"""The automation. It is pure except for the query of the ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deskctl.plugins import NotFound
from deskctl.plugins.actions import Tag
from deskctl.plugins.automation import Happening, PluginContext
from deskctl.plugins.queries import ShowTicket

from .config import PigeonConfig


def run(happening: Happening, context: PluginContext) -> Iterable[Tag]:
    """Return the commands for an event. A repeated call returns the same commands."""
    return list(_tags(happening, context))


def _tags(happening: Happening, context: PluginContext) -> Iterator[Tag]:
    config = context.config or PigeonConfig()
    if happening.ticket is None or happening.facts.get("automatic"):
        return  # ignore automatic messages
    try:
        ticket = context.desk.ask(ShowTicket(happening.ticket))
    except NotFound:
        return  # the ticket was erased meanwhile
    if config.tag in ticket["tags"]:
        return
    message = next((row for row in ticket["messages"] if row["id"] == happening.facts.get("message")), None)
    if message is not None and mentions(f"{message['subject']}\n{message['visible_text']}", config.words):
        yield Tag(ticket["number"], add=(config.tag,))


def mentions(text: str, words: Iterable[str]) -> bool:
    """Return True if the text contains one of the words."""
    folded = text.casefold()
    return any(word.casefold() in folded for word in words)
