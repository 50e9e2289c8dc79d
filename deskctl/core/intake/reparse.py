"""A stored message read again from its raw bytes, after the reading got better."""

from __future__ import annotations

from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages.commands import Reread
from ..messages.repository import Messages
from . import agent_verification as agentproof


def reread(unit: Unit, command: Reread, actor: Actor) -> Steps:
    """What is shown changes; where the message belongs and what it did does not."""
    yield from ()
    Messages.of(unit).changes.reread[command.id] = agentproof.without_secrets(unit, command.message)
    return Outcome(f"message {command.id} is read again", facts={"message": command.id})


HANDLERS: dict[type[Command], Handler] = {Reread: reread}
