"""What the automation does: pure, but for the one look at the ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deskctl.plugins import NotFound
from deskctl.plugins.actions import Tag
from deskctl.plugins.automation import Happening, PluginContext
from deskctl.plugins.queries import ShowTicket

from .config import PigeonConfig


def run(happening: Happening, context: PluginContext) -> Iterable[Tag]:
    """The commands that follow from what happened. Asked twice, it gives the same."""
    return list(_tags(happening, context))


def _tags(happening: Happening, context: PluginContext) -> Iterator[Tag]:
    config = context.config or PigeonConfig()
    if happening.ticket is None or happening.facts.get("automatic"):
        return  # what machines write is nobody's wish
    try:
        ticket = context.desk.ask(ShowTicket(happening.ticket))
    except NotFound:
        return  # erased meanwhile
    if config.tag in ticket["tags"]:
        return
    message = next((row for row in ticket["messages"] if row["id"] == happening.facts.get("message")), None)
    if message is not None and mentions(f"{message['subject']}\n{message['visible_text']}", config.words):
        yield Tag(ticket["number"], add=(config.tag,))


def mentions(text: str, words: Iterable[str]) -> bool:
    """Whether the text uses one of the words."""
    folded = text.casefold()
    return any(word.casefold() in folded for word in words)
