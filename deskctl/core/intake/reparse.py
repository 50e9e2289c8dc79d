"""Parse a stored message again from its raw bytes, with an improved parser."""

from __future__ import annotations

from ...i18n import _
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages.commands import Reread
from ..messages.repository import Messages
from ..messages.subjects import limited
from .agent_verification import without_secrets


def reread(unit: Unit, command: Reread, actor: Actor) -> Steps:
    """Replace the parsed text and fields of a message; its ticket and its effects stay the same."""
    yield from ()
    Messages.of(unit).changes.reread[command.id] = without_secrets(unit, limited(command.message))
    return Outcome(_("message {message} is parsed again", message=command.id), facts={"message": command.id})


HANDLERS: dict[type[Command], Handler] = {Reread: reread}
