"""Tags of tickets."""

from __future__ import annotations

from ...errors import UsageError
from ...i18n import _
from ..agents.routing_profile import SKILL_TAG
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from .commands import Tag
from .events import Tagged
from .repository import Tickets


def tag(unit: Unit, command: Tag, actor: Actor) -> Steps:
    """Add and remove tags."""
    ticket = Tickets.of(unit).get(command.ticket)
    if both := sorted({parse_tag(t) for t in command.add} & {parse_tag(t) for t in command.remove}):
        raise UsageError(_("tag {tag} is both added and removed", tag=both[0]), _("give it once"))
    added = tuple(sorted({parse_tag(t) for t in command.add} - ticket.tags))
    removed = tuple(sorted({parse_tag(t) for t in command.remove} & ticket.tags))
    if added or removed:
        yield Tagged(ticket.number, added, removed)
    tags = ", ".join(sorted(Tickets.of(unit).get(ticket.number).tags))
    if tags:
        summary = _("tags of ticket {number}: {tags}", number=ticket.number, tags=tags)
    else:
        summary = _("tags of ticket {number}: none", number=ticket.number)
    return Outcome(summary, (ticket.number,))


def parse_tag(text: str) -> str:
    """Return a tag in lower case. Raises UsageError."""
    tag = text.strip().lower()
    if tag.startswith(SKILL_TAG) and tag != SKILL_TAG:
        return SKILL_TAG + parse_tag(tag.removeprefix(SKILL_TAG))
    if not tag or any(ch.isspace() or ch in ',:"()' or not ch.isprintable() for ch in tag):
        raise UsageError(
            _('not a tag: "{value}"', value=text),
            _("a tag is one word without blanks, commas, colons or quotes"),
        )
    return tag


HANDLERS: dict[type[Command], Handler] = {Tag: tag}
